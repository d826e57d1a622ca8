"""The work of each command, as values; the command line prints them."""
