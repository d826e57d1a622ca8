"""Tests of the package, in the real Anki."""
