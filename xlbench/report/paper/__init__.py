"""The table of a paper: which numbers stand in it, apart from how it is written down."""
