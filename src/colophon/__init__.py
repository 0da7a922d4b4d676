"""Colophon: a true colophon on everything a generative model makes."""

__version__ = "0.1.0"
