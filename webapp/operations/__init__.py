"""The background process: what must go on without a viewer. One at a time per duty, by lease. Starts no jobs."""
