"""Is this machine fit to measure on? One file for each concern, one function for each check.

A check returns a ``Finding`` and never raises for what the machine does not tell: that is
``unknown``. Checks know nothing of runs and results.
"""
