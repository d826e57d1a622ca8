"""The deck for other programs: as tables in CSV, as JSON, or as CrowdAnki keeps decks."""
