"""Writes: one function per verb that a user clicks. Each takes a Door, passes `authorize` and is noted.

The verbs are in `jobs`, `submit` and `uploads`; the rest is what they stand on.
"""
