"""The tables of ``benchmarks/answer.py``, whole or not."""

import pytest
from answer_tables import as_markdown, dev_scores, metric_changes

KINDS = ["base", "stilts-mnli"]


def cell(arm, language, value, task="xnli", flags=()):
    return {"arm": arm, "task": task, "language": language, "metric_value": value, "flags": flags}


def changes(*cells):
    return {(r["task"], r["language"]): r for r in metric_changes(cells, KINDS)}


def test_the_seed_is_the_unit_of_the_interval():
    gains = {1: 1.0, 2: 2.0, 3: 6.0}
    cells = [
        cell(f"{kind}-s{seed}", language, 50 + more + (gain if kind != "base" else 0))
        for kind in KINDS
        for seed, gain in gains.items()
        for language, more in (("en", 0), ("sw", 10))
    ]
    row = changes(*cells)["xnli", "mean"]
    assert row["delta"] == pytest.approx(3) and row["seeds"] == [1, 2, 3]
    # Student's t with two degrees of freedom: 4.303; the standard deviation is 7 ** 0.5.
    assert row["hi"] - row["delta"] == pytest.approx(4.303 * 7**0.5 / 3**0.5, rel=1e-3)
    assert (row["base"], row["languages"]) == (55, 2)


def test_of_one_pair_there_is_no_interval_and_a_seed_that_one_of_them_lacks_is_none():
    found = changes(
        *(cell(f"base-s{seed}", "en", 60.0 + seed) for seed in (1, 2)),
        cell("stilts-mnli-s2", "en", 70.0),
        cell("stilts-mnli-s3", "en", 90.0),
    )
    row = found["xnli", "en"]
    assert (row["base"], row["delta"], row["seeds"]) == (62.0, 8.0, [2])
    assert (row["lo"], row["hi"]) == (None, None)
    told = as_markdown({"metrics": list(found.values()), "latency": {}, "dev": []})
    assert "| stilts-mnli | XNLI | 1 | 1 | 62.0 | 70.0 | +8.0 – | – | – |" in told


def test_a_mean_is_over_the_same_languages_of_each_seed():
    found = changes(
        *(cell(f"{kind}-s1", lang, 50.0) for kind in KINDS for lang in ("en", "sw")),
        *(cell(f"{kind}-s2", "en", 80.0) for kind in KINDS),
    )
    assert found["xnli", "en"]["seeds"] == [1, 2]
    assert found["xnli", "mean"]["seeds"] == [1] and found["xnli", "mean"]["base"] == 50.0


def test_a_language_that_was_not_measured_of_both_is_left_out():
    assert changes(cell("base-s1", "en", 50.0), cell("stilts-mnli-s1", "sw", 50.0)) == {}
    assert changes(cell("base-s1", "en", 50.0), cell("stilts-mnli-s1", "en", None)) == {}


def test_suites_that_were_trained_once_have_no_seed_in_their_names():
    row = changes(cell("base", "en", 50.0), cell("stilts-mnli", "en", 51.0))["xnli", "en"]
    assert (row["delta"], row["seeds"]) == (1.0, [1])


def test_rows_that_were_trained_on_are_told():
    found = changes(
        cell("base-s1", "en", 50.0), cell("stilts-mnli-s1", "en", 51.0, flags=("shared-rows",))
    )
    assert found["xnli", "mean"]["shared_rows"]
    told = as_markdown({"metrics": list(found.values()), "latency": {}, "dev": []})
    assert "XNLI (shared rows)" in told


def test_development_scores_stand_by_seed():
    cards = [
        {"suite": f"base-s{seed}", "part": "udpos", "dev": {"udpos": {"f1": score, "recall": 1.0}}}
        for seed, score in ((2, 0.5), (1, 93.0))
    ]
    rows = dev_scores(cards, KINDS)
    assert [(r["suite"], r["set"], r["by_seed"]) for r in rows] == [
        ("base", "udpos", {1: 93.0, 2: 0.5})
    ]
    told = as_markdown({"metrics": [], "latency": {}, "dev": rows})
    assert "| base | udpos | 93.0, 0.5 | 46.8 |" in told


def test_retrieval_at_another_layer_is_a_row_of_its_own():
    found = metric_changes(
        [
            cell(f"{kind}{layer}", "de", value, task="tatoeba")
            for kind, at in (("base", (60.0, 90.0)), ("stilts-mnli", (65.0, 40.0)))
            for layer, value in zip(("", "@retrieval_layer=12"), at, strict=True)
        ],
        KINDS,
    )
    rows = {(row["layer"], row["language"]): row["delta"] for row in found}
    assert rows == {(None, "mean"): 5, (None, "de"): 5, (12, "mean"): -50, (12, "de"): -50}
    told = as_markdown({"metrics": found, "latency": {}, "dev": []})
    assert "| Tatoeba, layer 12 | de | 90.0 | -50.0 – |" in told


def test_where_seeds_lack_languages_the_mean_is_of_the_largest_whole_block():
    has = {1: "de en fr sw", 2: "de en fr", 3: "en"}
    found = changes(
        *(
            cell(f"{kind}-s{seed}", lang, 10.0 * seed + (kind != "base"))
            for kind in KINDS
            for seed, langs in has.items()
            for lang in langs.split()
        )
    )
    row = found["xnli", "mean"]
    assert (row["seeds"], row["languages"], row["base"], row["delta"]) == ([1, 2], 3, 15.0, 1.0)
    assert found["xnli", "en"]["seeds"] == [1, 2, 3]


def test_retrieval_reads_the_base_as_it_was_pretrained_whatever_the_seed():
    suites = [cell(f"stilts-mnli-s{seed}", "de", 70.0 + seed, "bucc2018") for seed in (1, 2)]
    found = changes(cell("base-s2", "de", 80.0, "bucc2018"), *suites)
    assert found["bucc2018", "de"]["seeds"] == [1, 2]
    assert found["bucc2018", "de"]["delta"] == -8.5
    heads = [cell(f"stilts-mnli-s{seed}", "de", 70.0 + seed) for seed in (1, 2)]
    assert changes(cell("base-s2", "de", 80.0), *heads)["xnli", "de"]["seeds"] == [2]
