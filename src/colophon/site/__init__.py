"""Floor 8: the front of the house: settings, urls, asgi, wiring."""
