import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.results.agreement import agreement, agreements, plain_beside

WORDS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["B-LOC O", "O O", "O B-PER"]))


def arms(*texts):
    return [parse_arm(text) for text in texts]


def test_an_arm_is_held_against_the_plain_one_of_its_checkpoint():
    found = plain_beside(
        arms(
            "base@quant=int8",
            "base",
            "base@runtime=onnxruntime",
            "base@runtime=openvino,dtype=bf16,threads=2",
            "stilts@dtype=bf16",
            "base@threads=2",
        )
    )
    assert found == {
        "base@quant=int8": "base",
        "base@runtime=onnxruntime": "base",
        "base@runtime=openvino,dtype=bf16,threads=2": "base",
        "base@threads=2": "base",
    }, "the plain arm itself, and one without any, stand alone"


def test_another_model_or_another_input_is_nothing_to_agree_with():
    for option in ("weights=random", "seed=4", "revision=a", "pooling=cls", "prefix=query: "):
        assert plain_beside(arms("base", f"base@quant=int8,{option}")) == {}


@given(WORDS, WORDS, st.booleans())
def test_agreement_is_a_share_and_the_same_both_ways(one, other, by_word):
    share = agreement(one, other, by_word)
    assert share == agreement(other, one, by_word)
    if not one.keys() & other.keys():
        assert share is None
    else:
        assert share is not None and 0 <= share <= 1
        assert agreement(one, one, by_word) == 1


def test_tags_count_by_word_and_a_lost_one_is_no_agreement():
    assert agreement({"1": "O B-LOC O O"}, {"1": "O B-PER O"}, by_word=True) == 0.5
    assert agreement({"1": "O B-LOC"}, {"1": "O B-PER"}, by_word=False) == 0


def predictions(*rows):
    names = ("arm", "task", "language", "visit", "id", "prediction")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def test_a_cell_tells_its_agreement_from_the_first_passes():
    fast = "base@quant=int8"
    table = predictions(
        ("base", "xnli", "en", 0, "1", "neutral"),
        ("base", "xnli", "en", 0, "2", "neutral"),
        ("base", "xnli", "sw", 1, "1", "neutral"),
        (fast, "xnli", "en", 2, "1", "neutral"),
        (fast, "xnli", "en", 2, "2", "entailment"),
        (fast, "xnli", "en", 7, "2", "neutral"),
        (fast, "panx", "en", 3, "1", "O"),
    )
    cells = [
        ArmCell(arm, task, language, scenario)
        for arm in ("base", fast)
        for task, language in (("xnli", "en"), ("xnli", "sw"), ("panx", "en"))
        for scenario in ("offline", "single-stream")
    ]
    assert agreements(arms("base", fast), cells, lambda: table) == {
        ArmCell(fast, "xnli", "en", "offline"): {"agreement": 0.5, "agreement_with": "base"}
    }


def test_predictions_are_not_read_where_no_arm_has_another():
    cells = [ArmCell("base", "xnli", "en", "offline")]
    assert agreements(arms("base", "stilts"), cells, lambda: pytest.fail("read")) == {}
