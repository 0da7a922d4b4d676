"""What the doors' tests stand on: the content room's operator, accounts and files."""

from tests.content.conftest import account, other, png, provider, run_jobs

__all__ = ["account", "other", "png", "provider", "run_jobs"]
