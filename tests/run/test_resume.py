import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file
from small_tokenizer import SMALL_TOKENIZER

from xlbench.arms import parse_arm
from xlbench.cell import SCENARIOS, ArmCell
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.errors import UserError
from xlbench.results.files import write_table
from xlbench.results.manifest import (
    Manifest,
    Segment,
    UsedData,
    read_manifest,
    write_manifest,
)
from xlbench.results.schema import table_schema
from xlbench.results.tables import read_table
from xlbench.run.manifest import new_manifest, without_secrets
from xlbench.run.prepare import prepare
from xlbench.run.resume import Done, check_worker, done, resumed_manifest, resumed_settings
from xlbench.settings import Settings


def stopped(folder, *arms, **asked):
    settings = without_secrets(Settings(arms=tuple(map(parse_arm, arms)), **asked))
    write_manifest(folder, Manifest("r", "0.1.0", settings, "m", UsedData("folder", "d"), ()))


def test_a_secret_is_not_in_the_folder_and_is_asked_for_when_the_run_goes_on(tmp_path):
    arm = "base@env.HF_TOKEN=hf_abc,env.LEVEL=3"
    stopped(tmp_path, arm)
    assert "hf_abc" not in (tmp_path / "run.json").read_text()
    with pytest.raises(UserError, match=r"env\.HF_TOKEN is secret and was not stored"):
        resumed_settings(tmp_path, None, None, None)
    (again,) = resumed_settings(tmp_path, [arm], None, None).arms
    assert again == parse_arm(arm)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((None, None), (5.0, 0.1)), ((9.0, 0.01), (9.0, 0.01)), ((1.0, 0.5), (5.0, 0.1))],
)
def test_a_resumed_run_keeps_its_budget_and_precision_unless_more_is_asked_for(
    tmp_path, asked, expected
):
    stopped(tmp_path, "base", budget_s=5.0, precision=0.1)
    again = resumed_settings(tmp_path, None, *asked)
    assert (again.budget_s, again.precision) == expected


def test_a_run_goes_on_with_its_own_arms(tmp_path):
    stopped(tmp_path, "base", "stilts@dtype=bf16", seed=7)
    again = resumed_settings(tmp_path, None, None, None)
    assert again.arms == (parse_arm("base"), parse_arm("stilts@dtype=bf16"))
    assert again.seed == 7
    with pytest.raises(UserError, match="measures base, stilts@dtype=bf16, not base"):
        resumed_settings(tmp_path, ["base"], None, None)


def cells_of(*languages):
    return [ArmCell("base", "xnli", code, scenario) for code in languages for scenario in SCENARIOS]


def test_what_was_measured_before_is_counted_cell_by_cell(write_run, tmp_path):
    folder = write_run(tmp_path / "run", processes=2, right=[True, False] * 6)
    found = done(folder, cells_of("en", "sw"))
    # Two processes visited four cells for a second each.
    assert (found.spent_s, found.visits, found.processes, found.covering) == (8.0, 8, 2, 2)
    assert set(found.tallies) == set(cells_of("en", "sw"))
    for key, tally in found.tallies.items():
        assert tally.visits == 2 and len(tally.units) == len(tally.latencies_ns) == 2 * 8 * 12
        assert set(tally.units) == set(range(12)) and min(tally.latencies_ns) > 10**5
        assert tally.predicted == (key.scenario == "offline")


def test_a_run_that_was_stopped_before_its_first_visit_begins_with_number_nought(tmp_path):
    stopped(tmp_path, "base")
    assert done(tmp_path, cells_of("en")) == Done()


def test_a_cell_that_failed_or_is_not_asked_for_counts_for_nothing_but_its_time(
    write_run, tmp_path
):
    folder = write_run(tmp_path / "run", processes=3, failed=("sw",))
    found = done(folder, cells_of("en", "sw"))
    assert set(found.tallies) == set(cells_of("en"))
    assert (found.spent_s, found.visits, found.covering) == (12.0, 12, 0)
    assert done(folder, cells_of("en")).covering == 3
    assert set(done(folder, cells_of("th")).tallies) == set()


@pytest.mark.parametrize(
    ("covering", "asked", "left"),
    [(0, 1, 1), (1, 1, 1), (0, 5, 5), (3, 5, 2), (5, 5, 0), (7, 5, 0)],
)
def test_processes_that_saw_every_cell_are_not_run_again(covering, asked, left):
    assert Done(covering=covering).processes_left(asked) == left


@pytest.fixture
def place(tmp_path):
    """Data and a checkpoint of which nothing is loaded, and where the run's folder is to be."""
    (tmp_path / "data" / "xnli").mkdir(parents=True)
    for language in ("en", "sw"):
        lines = "".join(f"A man sleeps {i}.\tHe rests.\tneutral\n" for i in range(4))
        (tmp_path / "data" / "xnli" / f"test-{language}.tsv").write_text(lines)
    ckpt = tmp_path / "ckpt"
    ckpt.mkdir()
    config = {
        "model_type": "xlm-roberta",
        "architectures": ["XLMRobertaForSequenceClassification"],
        "num_hidden_layers": 2,
        "max_position_embeddings": 514,
        "id2label": {"0": "contradiction", "1": "neutral", "2": "entailment"},
    }
    (ckpt / "config.json").write_text(json.dumps(config))
    save_file({"weight": np.zeros(8, dtype=np.float32)}, ckpt / "model.safetensors")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(SMALL_TOKENIZER / name, ckpt)
    (tmp_path / "out").mkdir()
    return tmp_path


def prepared(place):
    arm = parse_arm(str(place / "ckpt"))
    settings = Settings(arms=(arm,), tasks=("xnli",), data=str(place / "data"))
    return prepare(settings, load_catalogue(), lambda text: None)


def begun_run(place, **changed):
    """A run that was stopped before its first visit."""
    ready = prepared(place)
    manifest = new_manifest(ready, ready.plan.cells(ready.settings.scenarios))
    write_manifest(place / "out", replace(manifest, **changed))


def other_rows(place):
    file = place / "data" / "xnli" / "test-sw.tsv"
    file.write_text(file.read_text().replace("sleeps", "wakes up"))


def other_weights(place):
    save_file({"weight": np.full(8, np.nan, np.float32)}, place / "ckpt" / "model.safetensors")


def other_tokenizer(place):
    file = place / "ckpt" / "tokenizer_config.json"
    file.write_text(file.read_text() + " ")


def language_gone(place):
    (place / "data" / "xnli" / "test-sw.tsv").unlink()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (other_rows, r"the data of xnli/sw changed"),
        (language_gone, r"the data of xnli/sw is gone"),
        (other_weights, r"ckpt for xnli \(weights: [0-9a-f]{12}\.\.\. -> [0-9a-f]{12}\.\.\.\)"),
        (other_tokenizer, r"ckpt for xnli \(tokenizer: "),
    ],
)
def test_a_run_is_not_gone_on_with_where_what_it_measures_is_another(place, change, told):
    begun_run(place)
    assert resumed_manifest(place / "out", prepared(place)).run_id
    change(place)
    with pytest.raises(UserError, match=told) as error:
        resumed_manifest(place / "out", prepared(place))
    assert "start a new run" in str(error.value)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"machine": "another"}, r"the machine \(another -> "),
        ({"xlbench": "0.0.0"}, r"the version of xlbench \(0\.0\.0 -> "),
        ({"kind": "compare"}, r"holds a comparison"),
        ({"schema_version": 1}, r"schema version 1"),
    ],
)
def test_a_run_of_another_machine_version_or_kind_is_not_gone_on_with(place, changed, told):
    begun_run(place, **changed)
    with pytest.raises(UserError, match=told):
        resumed_manifest(place / "out", prepared(place))


def test_a_worker_with_other_versions_is_refused_by_name(tmp_path):
    def facts(**changed):
        told = {"python": "3.11.7", "torch": "2.11.0", "transformers": "5.0", "device": "cpu"}
        return SimpleNamespace(**(told | {"threads": 2} | changed))

    segment = Segment("", "2026-01-01", workers={"base": vars(facts())})
    settings = Settings(arms=(parse_arm("base"),))
    manifest = Manifest("r", "0", settings, "m", UsedData("folder", "d"), (), segments=(segment,))
    check_worker(tmp_path, manifest, "base", facts())
    check_worker(tmp_path, replace(manifest, segments=()), "base", facts(torch="2.12.0"))
    with pytest.raises(UserError, match=r"torch of base \(2\.11\.0 -> 2\.12\.0\), threads of base"):
        check_worker(tmp_path, manifest, "base", facts(torch="2.12.0", threads=4))


def test_numbers_of_visits_that_left_samples_only_are_not_given_away_again(write_run, tmp_path):
    """An interrupt between the tables of a part can leave samples whose visit is not there."""
    folder = write_run(tmp_path / "run", processes=1)
    cell = read_manifest(folder).cells[0]
    orphan = {**cell._asdict(), "visit": 77, "process": 0, "unit": 0, "latency_ns": 1}
    path = next((folder / "samples").iterdir())
    table = pq.read_table(path)
    more = pa.Table.from_pylist([orphan], schema=table.schema)
    write_table(path, pa.concat_tables([table, more]))
    found = done(folder, read_manifest(folder).cells)
    assert found.visits == 78
    assert all(1 not in tally.latencies_ns for tally in found.tallies.values())


def test_samples_from_before_a_halving_are_left_out_when_a_run_goes_on(write_run, tmp_path):
    """Memory ran out in the middle: the batches before were other batches than those after."""
    before = {"n_batches": 6, "batches_digest": "large"}
    folder = write_run(tmp_path / "run", processes=1, first=(before,))
    (offline,) = [cell for cell in cells_of("en") if cell.scenario == "offline"]
    for path in (folder / "visits").iterdir():
        rows = read_table(path, "visits").to_pylist()
        rows = [row | {"batches_digest": row["batches_digest"] or "small"} for row in rows]
        write_table(path, pa.Table.from_pylist(rows, schema=table_schema("visits")))
    found = done(folder, [offline]).tallies[offline]
    assert len(found.units) == 8 * 12 and max(found.latencies_ns) < 5e6
    assert (found.batches, found.visits) == ("small", 2)
    found.add([0], [7], "large")
    assert found.latencies_ns == [7], "as in a run that was not stopped"
