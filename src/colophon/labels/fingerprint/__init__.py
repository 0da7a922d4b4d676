"""Fingerprints: what a picture, sound, film or text is known by when all its labels are gone.

``image``, ``audio``, ``video`` and ``text`` make prints; ``codes``, ``sounds``, ``films`` and
``words`` find them again, ``index`` holds all four in one folder. ``files`` takes a file's print
whatever its medium. ``iscc`` tells others which content is meant. Nothing here is loaded before it
is asked for.
"""
