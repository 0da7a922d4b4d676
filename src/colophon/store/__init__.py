"""Floor 0: what every room stands on: event log, blobs, keys, jobs, clock."""
