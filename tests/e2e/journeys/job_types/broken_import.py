"""A module that cannot be imported where it is published."""

import a_library_that_nobody_has  # noqa: F401
