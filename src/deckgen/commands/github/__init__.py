"""Releases on GitHub: prepared as a pull request, published from the commit that was merged."""
