"""Tests of rules about cards."""
