"""The preview: every card of a deck in the browser, as a learner will see it."""
