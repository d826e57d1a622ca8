"""Releases: what learners get in a new version, its files, and the same files once more."""
