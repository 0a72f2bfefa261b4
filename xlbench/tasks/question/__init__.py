"""Span question answering."""
