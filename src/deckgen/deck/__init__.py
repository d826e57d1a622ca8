"""Notes, kinds and decks: what they are, and how they are read."""
