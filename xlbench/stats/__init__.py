"""Percentiles, intervals, paired ratios, equivalence: numpy in, values out."""
