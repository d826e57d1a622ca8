"""The figures of a deck, and their page for a terminal."""
