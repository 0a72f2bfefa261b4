"""Rows that are in training and in evaluation are counted, in the card and in the catalogue."""

import yaml

from .toy import pair, question, rows, squad, write_plain, write_xtreme


def tsv(row):
    return f"{row['premise']}\t{row['hypothesis']}\t{row['label']}\n"


def test_shared_rows_are_counted_and_handed_to_the_catalogue(run_training, tmp_path):
    write_xtreme(tmp_path)
    trained = rows(pair, 5, seed=1)
    other = [{**row, "premise": row["premise"].upper() + " "} for row in trained[:3]]
    test = tmp_path / "xnli" / "test-en.tsv"
    test.write_text(test.read_text() + "".join(map(tsv, other)))
    cards = run_training(targets=("xnli", "udpos"), recipe={"max_steps": 2})
    assert cards["base/xnli"]["shared_rows"]["xnli"] == 3
    assert "3 of xnli" in (tmp_path / "out" / "base" / "xnli" / "README.md").read_text()
    entries = yaml.safe_load((tmp_path / "out" / "checkpoints.yaml").read_text())["entries"]
    assert entries["base-xnli"]["shared_rows"] == {"xnli": 3}
    assert "shared_rows" not in entries["base-udpos"]


def test_rows_of_the_intermediate_task_count_too(run_training, tmp_path):
    write_xtreme(tmp_path)
    write_plain(tmp_path / "intermediate", "mnli", pair)
    found = rows(pair, 300, seed=1)[7]  # of the intermediate set's training rows
    test = tmp_path / "xnli" / "test-en.tsv"
    test.write_text(tsv(found))
    squad(tmp_path / "xquad.json", rows(question, 3))
    cards = run_training(intermediate=("mnli",), targets=("udpos", "xnli"), recipe={"max_steps": 2})
    assert cards["stilts-mnli/encoder"]["shared_rows"] == {"udpos": 0, "xnli": 1}
    assert cards["stilts-mnli/xnli"]["shared_rows"]["xnli"] == 1


def test_a_question_is_shared_where_its_paragraph_is(run_training, tmp_path):
    write_xtreme(tmp_path)
    seen = rows(question, 300, seed=1)[:2]
    (tmp_path / "xquad").mkdir()
    asked = [{**row, "question": "something else"} for row in seen]
    squad(tmp_path / "xquad" / "xquad.en.json", [*asked, *rows(question, 4, seed=9)])
    cards = run_training(targets=("xquad",), recipe={"max_steps": 2})
    assert cards["base/xquad"]["shared_rows"] == {"xquad": 2}


def test_without_evaluation_data_nothing_is_claimed(run_training, tmp_path):
    write_xtreme(tmp_path)
    for file in [*tmp_path.glob("*/test-en.tsv"), *tmp_path.glob("*/dev-en.tsv")]:
        file.unlink()
    cards = run_training(targets=("xnli",), recipe={"max_steps": 2})
    assert cards["base/xnli"]["shared_rows"] is None
    card = (tmp_path / "out" / "base" / "xnli" / "README.md").read_text()
    assert "not looked for" in card
