"""`make demo`: a lively, bounded workload on our own Redis, with every status that RQ knows.

Real workers run real jobs (those of the package `demo`); nothing is written that RQ can write itself. It never runs on
a Redis that we did not start.
"""
