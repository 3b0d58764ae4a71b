"""Studies: comparing scenarios, how sure a result is, and how it is reported.

Needs the extra ``studies``.
"""
