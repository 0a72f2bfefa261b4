from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from xlbench.checkpoints.yaml_files import read_yaml
from xlbench.errors import UserError
from xlbench.printable import is_printable

LEVELS = range(1, 12)
ALIASES = "a0: &a0 [x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in LEVELS
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in LEVELS
)


def read(tmp_path: Path, text: str | bytes) -> object:
    file = tmp_path / "f.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(file, "list of things")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ALIASES, "aliases stand for more than"),
        ("a: &a [*a]", "aliases stand for more than"),
        ("[" * 5000, "nested too deeply|not valid YAML"),
        ("[" * 5000 + "]" * 5000, "nested too deeply"),
        ("a: " + "9" * 6000, "not valid YAML"),
        ("a: !!python/object/apply:os.system [ls]", "not valid YAML"),
        ("a: !!int x", "not valid YAML"),
        ("? [a]\n: b", "not valid YAML"),
        ("x" * 300_000, "expected at most 200000 bytes"),
        (b"\xff\xfe\x00", "can't be read"),
        ("a: \x00", "not valid YAML"),
        ("a: [b", "not valid YAML"),
    ],
)
def test_what_nobody_wrote_by_hand_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason) as caught:
        read(tmp_path, text)
    assert "f.yaml" in str(caught.value) and is_printable(str(caught.value))
    assert len(str(caught.value)) < 700


def test_merges_of_merges_do_not_copy_without_end(tmp_path: Path) -> None:
    assert read(tmp_path, MERGES) == {f"a{i}": {"x": 1} for i in range(12)}


def test_aliases_and_merges_that_save_some_writing_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, "a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: *a")
    assert found == {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 1}}


def test_a_date_is_text_whether_or_not_there_is_such_a_day(tmp_path: Path) -> None:
    found = read(tmp_path, "a: 2001-99-99\nb: 2001-01-01")
    assert found == {"a": "2001-99-99", "b": "2001-01-01"}


@given(st.text("abc:-[]{}&*!?|>'\"#%@`,. \n0123456789<~", max_size=60) | st.binary(max_size=60))
def test_whatever_a_file_holds_it_is_a_value_or_a_users_mistake(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    try:
        read(tmp_path_factory.mktemp("y"), text)
    except UserError as error:
        assert is_printable(str(error))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part),
        max_leaves=10,
    )
)
def test_a_value_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    assert read(tmp_path_factory.mktemp("y"), yaml.safe_dump(value)) == value
