"""Explicit labels per medium (Source: Art. 17, GB 45438-2025 clause 5)."""

from colophon.labels.explicit.dispatch import apply

__all__ = ["apply"]
