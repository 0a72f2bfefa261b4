"""Predictions in the layouts that others read."""
