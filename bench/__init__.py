"""Measurements of RQ Live: what is promised in figures, measured again. README.md says how to read them.

Scripts here start real servers (from `tests/`) and measure them from outside. Nothing of the product imports them.
"""
