"""`deckgen init`: the first files of a new deck."""
