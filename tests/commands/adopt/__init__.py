"""Tests of adopting a deck."""
