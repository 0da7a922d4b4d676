"""Picture files: what of the old file the new pixels are written into."""
