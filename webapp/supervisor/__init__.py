"""One terminal for the web process, the workers and the operations process: how `make run` runs and ends them.

`supervisor.py` is the loop, `children.py` a process, `ending.py` the last three seconds, `guardian.py` what holds when
the supervisor itself is killed. Nothing here serves pages or reads jobs.
"""
