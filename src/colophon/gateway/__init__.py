"""Floor 7: the OpenAI-compatible door; here its mount point; the routes come with a later release."""
