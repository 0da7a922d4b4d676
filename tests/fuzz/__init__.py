"""Damaged files by the hundred thousand: every reader must name what is wrong, or read on."""
