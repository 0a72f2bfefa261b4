"""The small model that the scripts measure, and slower ones."""

from __future__ import annotations

from pathlib import Path

WIDTHS = {"base": 1024, "plus3": 1104, "plus5": 1136, "plus10": 1248}
"""Width of the feed-forward layers; the names say about how much slower that is."""


def make_checkpoint(folder: Path, width: int = WIDTHS["base"], layers: int = 6) -> None:
    """Write a 256-wide XLM-R classifier with feed-forward layers of ``width``."""
    import torch
    from transformers import (
        AutoTokenizer,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
    )

    import xlbench.checkpoints.embedded as embedded

    tokenizer = AutoTokenizer.from_pretrained(Path(embedded.__file__).parent)
    torch.manual_seed(0)
    labels = ["entailment", "neutral", "contradiction"]
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=width,
        max_position_embeddings=514,
        type_vocab_size=1,
        id2label=dict(enumerate(labels)),
        label2id={name: i for i, name in enumerate(labels)},
    )
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def make_checkpoints(folder: Path) -> None:
    """Write all of ``WIDTHS``."""
    for name, width in WIDTHS.items():
        make_checkpoint(folder / name, width)
