"""Outcome → terminal, plain text or JSON. The only importer of rich, and only when a terminal is there to see it."""
