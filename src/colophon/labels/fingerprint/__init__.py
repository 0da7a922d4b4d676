"""Fingerprints: what a picture, sound, film or text is known by when all its labels are gone.

Each medium's module makes prints; ``codes``, ``sounds`` and ``words`` find them again. Nothing
here is loaded before it is asked for.
"""
