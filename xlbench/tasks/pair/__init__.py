"""Sentence-pair classification."""
