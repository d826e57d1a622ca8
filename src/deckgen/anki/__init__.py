"""Anki's own behavior: templates, clozes, cards, tags. The tests compare it with the real Anki."""
