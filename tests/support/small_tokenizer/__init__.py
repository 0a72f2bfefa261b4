"""A fast tokenizer of 8,000 pieces, special tokens as XLM-R's: for tests of tiny models.

A Unigram model over the embedded sample: it knows every character there.
"""

from pathlib import Path

SMALL_TOKENIZER = Path(__file__).parent
