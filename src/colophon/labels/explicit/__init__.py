"""Explicit labels per medium (Source: Art. 17, GB 45438-2025 clause 5)."""
