"""``run.json``: written and read back as the same value, or refused with file and key."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.arm_options import Options
from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.errors import UserError
from xlbench.results.codec import encode
from xlbench.results.manifest import (
    LeftOut,
    Manifest,
    Segment,
    UsedCheckpoint,
    UsedData,
    read_manifest,
    write_manifest,
)
from xlbench.settings import Settings

ARM = replace(parse_arm("base@cpus=0+2,env.LEVEL=3", Options(dtype="bf16")), text="base")
SPEC = CheckpointSpec(
    entry="base",
    task="xnli",
    head="sequence-classification",
    model_type="bert",
    folder="/models/base",
    config=None,
    weights="trained",
    seed=3,
    tokenizer_folder="/models/base",
    labels=("entailment", "neutral", "contradiction"),
    flags=("substitute-tokenizer",),
)
FULL = Manifest(
    run_id="abc",
    xlbench="0.1.0",
    settings=Settings(
        arms=(ARM, parse_arm("stilts")),
        tasks=("xnli",),
        limit=5,
        budget_s=1.5,
    ),
    machine="m-one",
    data=UsedData(
        kind="folder",
        root="/data",
        layouts={"xnli": "xtreme"},
        fingerprints={"xnli/en": "12ab"},
        missing={"xnli": ("sw", "th")},
        cells_with_skipped_rows=("xnli/de",),
    ),
    cells=(ArmCell("base", "xnli", "en", "offline"), ArmCell("stilts", "xnli", "en", "offline")),
    status="interrupted",
    environment={"cpus": 4, "load_average": [0.5, 1.0], "memory": {"total": 1}, "governor": None},
    checkpoints=(UsedCheckpoint("base", SPEC),),
    left_out=(LeftOut("stilts", "panx", "no head"),),
    segments=(
        Segment(
            "xlbench run",
            "2026-01-01",
            ended="2026-01-02",
            workers={"base": {"threads": 2}},
            fork_servers=3,
        ),
        Segment("xlbench run --resume", "2026-01-03", first_visit=9, pinned_to=(1, 2)),
    ),
    skipped_rows={"/data/xnli/test-de.tsv": 2},
)


def stored(folder, value):
    (folder / "run.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return folder


def test_a_manifest_reads_back_as_the_value_that_was_written(tmp_path):
    write_manifest(tmp_path, FULL)
    assert read_manifest(tmp_path) == FULL


def test_a_checkpoint_stands_flat_beside_its_arm_in_the_file(tmp_path):
    write_manifest(tmp_path, FULL)
    (entry,) = json.loads((tmp_path / "run.json").read_text())["checkpoints"]
    assert (entry["arm"], entry["entry"], entry["seed"]) == ("base", "base", 3)


def test_keys_of_a_later_version_are_passed_over(tmp_path):
    value = encode(FULL) | {"mood": "good"}
    value["settings"]["colour"] = "red"
    assert read_manifest(stored(tmp_path, value)) == FULL


def test_a_flag_of_a_later_version_is_passed_over(tmp_path):
    value = encode(FULL)
    value["checkpoints"][0]["flags"] = ["novelty", *value["checkpoints"][0]["flags"]]
    assert read_manifest(stored(tmp_path, value)) == FULL


def test_names_that_earlier_versions_gave_to_keys_are_read(tmp_path):
    value = encode(FULL)
    value["segments"][0]["templates"] = value["segments"][0].pop("fork_servers")
    value["sittings"] = value.pop("segments")
    assert read_manifest(stored(tmp_path, value)).segments == FULL.segments


def change(path, new):
    def apply(value):
        *steps, last = path
        for step in steps:
            value = value[step]
        if new is ...:
            del value[last]
        else:
            value[last] = new

    return apply


@pytest.mark.parametrize(
    ("path", "new", "told"),
    [
        (["run_id"], ..., r"'run_id': expected a value, found nothing"),
        (["settings"], [], r"'settings': expected an object, found a list"),
        (
            ["settings", "arms", 0, "text"],
            3,
            r"arms\[0\]\.text': expected text, found 3",
        ),
        (
            ["settings", "budget_s"],
            "long",
            r"budget_s': expected a number, found 'long'",
        ),
        (["settings", "budget_s"], float("inf"), r"'settings\.budget_s': expected a number"),
        (["settings", "limit"], True, r"'settings\.limit': expected a whole number, found True"),
        (["settings", "limit"], 10**30, r"'settings\.limit': expected a whole number"),
        (["cells", 1], ["base", "xnli"], r"'cells\[1\]': expected a list of 4"),
        (["cells", 0, 3], "server", r"'cells\[0\]\[3\]': expected single-stream or offline"),
        (["cells", 0, 0], "other", r"'cells\[0\]': expected one of the run's arms"),
        (["status"], "dreaming", r"'status': expected running or interrupted or finished"),
        (["data", "fingerprints"], None, r"'data\.fingerprints': expected an object, found None"),
        (["data", "missing", "xnli"], "sw", r"'data\.missing\.xnli': expected a list"),
        (["machine"], "\ud83d", r"'machine': expected text"),
        (
            ["checkpoints", 0, "folder"],
            {},
            r"\[0\]\.folder': expected text, found an object",
        ),
    ],
)
def test_what_is_not_a_manifest_is_one_line_with_file_and_key(tmp_path, path, new, told):
    value = encode(FULL)
    change(path, new)(value)
    with pytest.raises(UserError, match=told) as error:
        read_manifest(stored(tmp_path, value))
    assert str(tmp_path / "run.json") in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["[]", "3", "[" * 10**5, '{"a": 1', "", r'"\ud83d"', "9" * 5000])
def test_what_is_no_object_at_all_is_one_line_that_names_the_file(tmp_path, text):
    with pytest.raises(UserError, match=r"run\.json"):
        read_manifest(stored(tmp_path, text))


def paths(value, here=()):
    yield here
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(each, (*here, key))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PLACES = [list(path) for path in paths(encode(FULL)) if path]


@given(st.sampled_from(PLACES), JSON | st.just(...))
def test_whatever_stands_in_a_manifest_it_is_read_or_refused_in_words(tmp_path_factory, place, new):
    value = encode(FULL)
    change(place, new)(value)
    folder = tmp_path_factory.mktemp("m")
    try:
        read = read_manifest(stored(folder, value))
    except UserError as error:
        assert "run.json" in str(error)
    else:
        assert read.arms and all(cell.arm in read.arms for cell in read.cells)
