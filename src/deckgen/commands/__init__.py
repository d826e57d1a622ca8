"""What each command does, as values; the command line prints them."""
