"""What is in packages by anyone, what adopting one would meet, and what stays the same across several."""
