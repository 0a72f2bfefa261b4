"""The embedded checkpoints: two suites in half precision, their embeddings stored once.

Distilled from a real encoder and fine-tuned in English by ``benchmarks/embedded/make.py``, never on
the embedded sample: toys whose scores are real. Files only, nothing to import.
"""
