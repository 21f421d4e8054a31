"""Who asks: users, logins, sessions, tokens. What they may do then is said by `webapp.rights` and decided by the door.

people      what the users' file says            roster    the file as it is now
passwords   argon2                               attempts  how often somebody may guess
sessions    the cookie of a login                identity  who it turned out to be
"""
