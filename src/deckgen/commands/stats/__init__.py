"""What a deck is made of: its figures, and the page that shows them in a terminal."""
