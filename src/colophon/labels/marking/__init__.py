"""The mark inside files: decoded, marked by ``labels.watermark``, written back in their format."""
