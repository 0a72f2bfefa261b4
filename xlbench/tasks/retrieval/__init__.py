"""Sentence retrieval, by nearest neighbour or by mining."""
