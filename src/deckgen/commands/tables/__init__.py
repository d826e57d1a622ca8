"""`deckgen import`: the rows of a table become notes of a chapter."""
