"""Watermarks beside their peers: the same pictures and sounds, the same attacks, one run."""
