"""Cells of which a sample is measured: what is read, what is said of it, what is never sampled."""

from collections import Counter

import pytest

from xlbench.api.measuring import settings_of
from xlbench.data.open import open_source
from xlbench.run.draws import Draws
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.wire import text_length


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "xnli").mkdir()
    for language in ("en", "sw"):
        lines = [f"{'w ' * (1 + i % 9)}\tb\tneutral\n" for i in range(90)]
        (folder / "xnli" / f"test-{language}.tsv").write_text("".join(lines))
    return folder


def draws(folder, **more):
    settings = settings_of(["base"], None, data=str(folder), **more)
    return Draws(open_source(settings.data, TASKS), settings)


def test_a_sample_is_drawn_once_and_read_the_same_again(folder):
    found = draws(folder, sample=18)
    once, again = (list(found.examples("xnli", "en")) for _ in range(2))
    assert once == again and len(once) == 18
    assert Counter(map(text_length, once)) == Counter(dict.fromkeys(range(3, 21, 2), 2))
    assert found.population("xnli", "en") == 90
    assert once == list(draws(folder, sample=18).examples("xnli", "en")), "the seed decides"
    assert once != list(draws(folder, sample=18, seed=1).examples("xnli", "en"))


def test_languages_draw_each_for_itself(folder):
    found = draws(folder, sample=18)
    assert [e.id for e in found.examples("xnli", "en")] != [
        e.id for e in found.examples("xnli", "sw")
    ]


def test_a_sample_of_all_is_none_and_so_is_what_is_not_asked_for(folder):
    for more in ({"sample": 90}, {"sample": 1000}, {}, {"sample": 7, "limit": 7}):
        found = draws(folder, **more)
        whole = len(list(found.examples("xnli", "en")))
        assert (whole, found.population("xnli", "en")) == (more.get("limit", 90), None)


def test_retrieval_is_never_sampled():
    found = draws("sample", sample=2)
    assert len(list(found.examples("tatoeba", "de"))) > 2
    assert found.population("tatoeba", "de") is None
