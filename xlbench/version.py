"""The version of xlbench."""

__version__ = "0.1.0"
