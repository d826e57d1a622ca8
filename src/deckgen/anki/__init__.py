"""What Anki itself does, judged by the real Anki."""
