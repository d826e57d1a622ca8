"""Tests of the Markdown that is made of HTML."""
