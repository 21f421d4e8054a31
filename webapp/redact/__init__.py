"""What nobody may read: values of sensitive arguments, masked before they leave the process. No I/O.

`names` says which names are secret, `patterns` finds them in plain text, `literals` finds known values wherever they
stand, `rules` are the settings, and `redactor` is what readers hold: a `JobMask` for one job. The data in Redis stays
as it is. See docs/decisions/redaction.md.
"""
