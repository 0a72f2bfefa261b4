"""A real download of XTREME, as its scripts leave it: every task is found and read."""

from pathlib import Path

import pytest

from xlbench.data.open import open_source
from xlbench.tasks.catalogue import TASKS

FOLDER = Path(__file__).parents[3] / "shared" / "xtreme-layout"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real layout (../shared/xtreme-layout) is not on this machine"
)
HELD = {
    "xnli": (("en", "sw"), "xtreme without labels"),
    "pawsx": (("ja",), "xtreme without labels"),
    "panx": (("my", "th", "yo"), "xtreme without labels"),
    "xquad": (("es",), "xtreme"),
    "mlqa": (("de", "zh"), "xtreme, dev split"),
    "tydiqa": (("en", "ko", "sw"), "xtreme without labels"),
    "bucc2018": (("zh",), "xtreme, dev split and threshold chosen on it"),
    "tatoeba": (("hi",), "xtreme without labels"),
}


@pytest.mark.parametrize("task", HELD)
def test_each_task_is_found_with_its_languages_and_labels(task) -> None:
    languages, layout = HELD[task]
    source = open_source(str(FOLDER), TASKS)
    assert source.languages(task) == languages
    found = source.layout(task)
    assert found == layout or (layout == "xtreme" and found == "xtreme without labels")
    for language in languages:
        assert next(source.examples(task, language)).id


def test_bucc_is_read_whole() -> None:
    source = open_source(str(FOLDER), TASKS)
    examples = list(source.examples("bucc2018", "zh"))
    sides = [e.side for e in examples]
    assert (sides.count("source"), sides.count("target")) == (8624, 13589)
    assert sum(len(e.gold) for e in examples if e.gold) == 257


@pytest.mark.parametrize(
    ("task", "languages"), [("xnli", ("en", "sw")), ("pawsx", ("ja",)), ("panx", ("my", "yo"))]
)
def test_the_development_sets_have_labels(task, languages) -> None:
    source = open_source(str(FOLDER), TASKS, split="dev")
    assert source.languages(task) == languages
    assert source.layout(task) == "xtreme, dev split"
