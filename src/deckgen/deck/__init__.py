"""The model of a deck (notes, kinds, chapters), and the code that reads it from YAML."""
