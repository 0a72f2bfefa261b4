import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.checkpoints.config import parse_config, read_config
from xlbench.errors import UserError
from xlbench.printable import is_printable

NLI = ("entailment", "neutral", "contradiction")


def config(**keys: Any) -> Any:
    return parse_config({"model_type": "bert", **keys}, "m: config.json")


@pytest.mark.parametrize(
    "id2label", [list(NLI), dict(enumerate(NLI)), {str(i): label for i, label in enumerate(NLI)}]
)
def test_labels_are_read_in_the_order_of_the_outputs(id2label: Any) -> None:
    found = config(id2label=id2label, num_labels=7)
    assert (found.labels, found.outputs) == (NLI, 3)
    assert found.content["id2label"] == dict(enumerate(NLI))
    assert found.content["label2id"]["contradiction"] == 2
    assert "num_labels" not in found.content


@pytest.mark.parametrize(
    "id2label",
    [
        "entailment",
        {label: i for i, label in enumerate(NLI)},
        {"0": "a", "2": "b"},
        {"0": ["a"], "1": "b"},
        [{"0": "a"}],
        {"0": "a", "\ud800": "b"},
        [None],
        3,
    ],
)
def test_labels_of_another_form_are_refused_by_the_name_of_the_key(id2label: Any) -> None:
    with pytest.raises(UserError, match=r"m: config\.json: id2label: expected the name"):
        config(id2label=id2label)


def test_numbers_that_were_written_as_text_are_numbers() -> None:
    found = config(num_labels="3", num_hidden_layers="4", max_position_embeddings=" 512 ")
    assert (found.outputs, found.layers, found.positions) == (3, 4, 512)
    assert found.content["num_labels"] == 3 and found.content["num_hidden_layers"] == 4


@pytest.mark.parametrize("key", ["num_labels", "num_hidden_layers", "hidden_size", "pad_token_id"])
@pytest.mark.parametrize(
    "value", [[3], {"a": 3}, float("inf"), float("nan"), -1, True, "x", 10**30]
)
def test_a_number_that_is_none_is_refused_by_the_name_of_the_key(key: str, value: Any) -> None:
    with pytest.raises(UserError, match=f"{key}: expected a whole number"):
        config(**{key: value})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("BertModel", ("BertModel",)),
        (["BertModel"], ("BertModel",)),
        (None, ()),
        (True, ()),
        ([{"a": "BertModel"}], ()),
    ],
)
def test_architectures_of_another_form_say_nothing(value: Any, expected: tuple[str, ...]) -> None:
    assert config(architectures=value).architectures == expected


@pytest.mark.parametrize(
    ("model_type", "highest", "pad_id", "positions"),
    [
        ("xlm-roberta", 514, 1, 512),
        ("xlm-roberta", 512, 1, 510),
        ("xlm-roberta", 514, 0, 513),
        ("xlm-roberta", 514, None, 512),
        ("camembert", 130, 1, 128),
        ("bert", 512, 0, 512),
        ("distilbert", 512, 0, 512),
        ("bert", None, 0, None),
    ],
)
def test_positions_begin_behind_the_padding_token_where_a_model_counts_so(
    model_type: str, highest: int | None, pad_id: int | None, positions: int | None
) -> None:
    keys = {"model_type": model_type, "max_position_embeddings": highest, "pad_token_id": pad_id}
    assert parse_config(keys, "m").positions == positions


def test_positions_that_the_padding_token_uses_up_are_refused() -> None:
    with pytest.raises(UserError, match="expected more than 5, since xlm-roberta counts"):
        parse_config(
            {"model_type": "xlm-roberta", "max_position_embeddings": 5, "pad_token_id": 4}, "m"
        )


def test_keys_that_would_run_code_are_left_out() -> None:
    assert "auto_map" not in config(auto_map={"AutoModel": "own.Own"}).content


KEYS = st.sampled_from(
    (
        *("model_type", "architectures", "id2label", "num_labels", "num_hidden_layers", "dim"),
        *("hidden_size", "pad_token_id", "max_position_embeddings", "vocab_size", "auto_map"),
    )
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["3", "bert", "xlm-roberta", "BertForQuestionAnswering"]),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES))
def test_whatever_a_config_says_it_is_read_or_a_users_mistake(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    folder: Path = tmp_path_factory.mktemp("config")
    (folder / "config.json").write_text(json.dumps(content))
    try:
        found = read_config(folder, "m")
    except UserError as error:
        assert str(folder) in str(error) and is_printable(str(error))
        assert len(str(error)) < 1500
    else:
        again = parse_config(found.content, "m")
        assert (again.labels, again.outputs, again.layers) == (
            found.labels,
            found.outputs,
            found.layers,
        )
