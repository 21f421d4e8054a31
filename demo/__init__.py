"""The jobs of a made-up shop, for `make demo`: what another program's jobs look like on the dashboard.

Plain functions for stock workers, some with `@job_type`, and with the failures that such work has. They touch nothing
but the clock. Who enqueues them, and when, is in `webapp/demo/`.
"""
