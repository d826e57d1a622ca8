"""Tests of reading notes, kinds and decks."""
