"""A report in words with numbers: one file for each thing that a reader asks first."""
