"""The released state of a deck, and the update that the next release makes."""
