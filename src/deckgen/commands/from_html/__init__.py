"""The HTML of an Anki field as the Markdown that authors write."""
