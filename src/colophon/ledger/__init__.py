"""Canonical JSON and the event: pure; the Merkle log grows here."""
