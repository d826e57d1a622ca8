"""The rehearsal of updates in the real Anki: what runs in any Python that has `anki`, from 2.1.66 on.

It imports nothing of deckgen but its own modules, and nothing that Python 3.9 does not have.
"""
