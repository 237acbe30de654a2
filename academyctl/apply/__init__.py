"""Carries a plan out: step by step, each safe to repeat, each read back.

Ports are Protocols; nothing here knows botocore, prints or asks.
"""
