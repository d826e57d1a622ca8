"""Tests of what Anki does, beside the real Anki."""
