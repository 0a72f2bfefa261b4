"""Inputs that are nearly right, for everything that reads what others wrote."""
