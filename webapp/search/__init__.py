"""The search: its language, and whether a job matches. Knows bytes and text only: no Redis, no Flask, no clock.

tokens -> parser -> a tree of `syntax`; `demands` says which lists a query is confined to, `matcher` makes it a judge.
What walks through Redis is `webapp/operations/search*.py`; the language for users is docs/search.md.
"""
