"""Tests of what has been released."""
