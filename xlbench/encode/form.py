"""How a checkpoint wants its input: as it was trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InputForm:
    """What differs from checkpoint to checkpoint in how text becomes rows.

    Attributes:
        tagging_layout: the end of a row of tagged words. ``xtreme``: the separators that stand
            between two texts, so two of XLM-R's and one of BERT's, as XTREME's ``run_tag.py``
            trains and evaluates (``sep_token_extra``). ``tokenizer``: the tokenizer's own end of a
            single text, one of XLM-R's, as ``run_ner.py`` of transformers' examples trains.
        prefix: text in front of every sentence of a retrieval task, e.g. ``query: ``.
    """

    tagging_layout: str = "xtreme"
    prefix: str = ""


AS_XTREME = InputForm()
