"""Sound files: how a label gets in front of the content of each."""
