"""The public page of a deck: what it is, how to get it, what has changed, and its cards to try."""
