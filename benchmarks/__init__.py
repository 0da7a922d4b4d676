"""Measurements: ratios against a peer in the same run, on made material, bounded in time."""
