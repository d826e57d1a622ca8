"""`deckgen verify`: a package in the real Anki."""
