"""Why a mode of the feed cannot be used."""


class ModeRefused(Exception):
    """The server or its rights do not allow this mode."""


class Deaf(Exception):
    """The mode was allowed, but notices do not come."""
