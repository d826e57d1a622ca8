"""Rendering: from notes to the fields, note types, card templates and media of the package."""
