"""Watermarks: marks inside the picture, sound, film, words or mesh itself, under a key.

``embed`` and ``detect`` take arrays; each medium's own module takes more.
"""
