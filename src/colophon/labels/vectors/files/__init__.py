"""Whole files, each with a label in a place of its kind."""
