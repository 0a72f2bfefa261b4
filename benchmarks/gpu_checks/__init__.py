"""The checks of ``benchmarks/gpu.py``: a file for each thing that a GPU has to show."""
