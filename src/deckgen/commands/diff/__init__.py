"""`deckgen diff`: what a learner would notice between two sides."""
