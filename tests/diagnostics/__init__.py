"""Tests of what an author is told."""
