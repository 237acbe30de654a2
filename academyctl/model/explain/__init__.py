"""What stands behind each code: what it is, why it matters, how to repair it, and where the fact comes from.

A file a family. `model/finding.CODES` stays the list of codes; `registry` holds the two together.
"""
