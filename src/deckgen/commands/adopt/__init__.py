"""An existing deck of Anki becomes a deck repository."""
