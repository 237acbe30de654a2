"""The Lambda that empties a deleted video's prefixes. `handler.py` is complete in itself: boto3 and Python alone."""
