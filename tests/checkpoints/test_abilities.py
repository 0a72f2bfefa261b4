import json

from xlbench.checkpoints.abilities import abilities
from xlbench.checkpoints.catalogue import Catalogue, load_catalogue
from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.resolve import Unsupported, resolve
from xlbench.tasks.catalogue import TASKS

CATALOGUE = load_catalogue()


def test_every_shipped_entry_is_told_as_json_and_has_a_size():
    for entry in CATALOGUE.entries.values():
        told = abilities(entry)
        json.dumps(told)
        assert told["encoder_parameters"] > 0 and told["layers"] in (2, 12, 24)
        assert told["network"] == (entry.source == "hub")
        assert told["random_weights_need_network"] is False


def test_the_tasks_that_are_told_are_those_that_resolve():
    for entry in CATALOGUE.entries.values():
        if entry.source == "embedded":
            for task in abilities(entry)["runs"]:
                # Entries are looked at here; a suite may have an entry's name.
                resolve(Catalogue(CATALOGUE.entries, {}), entry.name, task)


def test_a_task_that_is_not_told_is_refused():
    told = abilities(CATALOGUE.entries["mnli-xlmr"])["runs"]
    for task in set(TASKS) - set(told):
        try:
            resolve(CATALOGUE, "mnli-xlmr", task)
        except Unsupported:
            continue
        raise AssertionError(task)


def test_an_entry_whose_architecture_is_on_the_hub_only_needs_it_for_random_weights():
    entry = Entry("mine", "hub", hub="a/b", revision="main")
    assert abilities(entry)["random_weights_need_network"] is True


def test_a_folder_tells_its_architecture(tmp_path):
    (tmp_path / "config.json").write_text(
        json.dumps({"model_type": "bert", "num_hidden_layers": 4, "hidden_size": 32})
    )
    told = abilities(Entry("mine", "path", path=str(tmp_path)))
    assert (told["layers"], told["hidden_size"]) == (4, 32)
    assert told["encoder_parameters"] is None and told["network"] is False
