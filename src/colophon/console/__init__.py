"""Floor 7: staff pages and the admin theme."""
