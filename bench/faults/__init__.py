"""What is broken on purpose, and what becomes of pages, requests and jobs meanwhile and afterwards.

    python -m bench.faults [name …]

One file a family, one function a fault with its claim in words (`_trial.py`); `__main__.py` runs them and writes
`bench/FAULTS.md`.
"""
