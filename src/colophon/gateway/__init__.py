"""Floor 7: the OpenAI-compatible door; here its mount point, routes come with part 4."""
