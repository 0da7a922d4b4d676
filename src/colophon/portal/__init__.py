"""Floor 7: public pages."""
