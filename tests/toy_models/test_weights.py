"""The models written by hand do what they are said to do, by transformers' own forward pass."""

import pytest
import torch

from .weights import LOGIT, POSITIONS, last_key_classifier, span_reader, tagger

PAD = 1
TEXT = [0, *range(10, 20), 2]


def padded(*rows):
    """Return token ids and mask of rows of different lengths."""
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])
    return {"input_ids": ids, "attention_mask": (ids != PAD).long()}


@torch.inference_mode()
def logits(model, *rows):
    return model(**padded(*rows)).logits


def test_a_tagger_gives_every_token_its_label_and_no_other():
    model = tagger(30, ["A", "B", "C"], {"A": [10, 13], "B": [12], "C": []})
    found = logits(model, TEXT, TEXT[:4])
    expected = torch.full((2, len(TEXT), 3), -LOGIT)
    expected[:, 1, 0] = expected[:, 3, 1] = LOGIT
    expected[0, 4, 0] = LOGIT
    torch.testing.assert_close(found[0], expected[0])
    torch.testing.assert_close(found[1, :4], expected[1, :4])


def test_a_span_reader_marks_starts_and_ends():
    model = span_reader(30, starts=[12], ends=[12, 15])
    with torch.inference_mode():
        found = model(**padded(TEXT))
    assert found.start_logits[0].tolist() == pytest.approx(
        [LOGIT if token == 12 else -LOGIT for token in TEXT]
    )
    assert found.end_logits[0].tolist() == pytest.approx(
        [LOGIT if token in (12, 15) else -LOGIT for token in TEXT]
    )


@pytest.mark.parametrize("length", [4, 60, POSITIONS - 2])
def test_the_last_key_of_a_sequence_gives_its_label_at_any_length(length):
    model = last_key_classifier(30, ["A", "B", "C"], {"A": [20], "B": [21, 22], "C": [23]})
    base = [0, *[10] * (length - 2), 2]
    rows, expected = [], []
    for token, label in ((20, 0), (21, 1), (22, 1), (23, 2)):
        row = list(base)
        row[1], row[2] = 23 if token != 23 else 20, token
        rows += [row, row[:3]]
        expected += [label, label]
    found = logits(model, *rows)
    wanted = torch.full((len(rows), 3), -LOGIT)
    wanted[range(len(rows)), expected] = LOGIT
    torch.testing.assert_close(found, wanted)
