"""Tagging: one tag a word."""
