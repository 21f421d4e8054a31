"""Operators act on jobs at random while stock workers run them; afterwards every job is accounted for.

`python -m tests.interleavings 10000` acts so many times; `tests/integration/test_interleavings.py` a little.
"""
