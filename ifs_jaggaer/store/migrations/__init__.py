"""Revisions of the schema, written by hand: a change of `schema.py` needs one more in `versions`.

A test compares both on both databases and names what is missing.
"""
