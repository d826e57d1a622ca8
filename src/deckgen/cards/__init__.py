"""Notes to what Anki gets."""
