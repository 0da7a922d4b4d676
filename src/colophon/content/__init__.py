"""Floor 4: the one road content flows: submission, production, release, verification."""
