"""Tests. A package, so that `tests.support` cannot be hidden by a stray `tests` package in site-packages."""
