"""Work over many machines: what must stay together is a unit; another program places units.

Knows runs and comparisons as one machine does them, and nothing of how they are shown.
"""
