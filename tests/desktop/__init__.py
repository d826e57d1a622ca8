"""The real desktop Anki, driven by the tests."""
