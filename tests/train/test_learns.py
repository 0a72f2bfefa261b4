"""Every kind of intermediate and of target task learns a rule; several at once do, too."""

import pytest

from .toy import choice, nullable, pair, question, rows, tagging, write_plain, write_xtreme

RULES = {
    "mnli": pair,
    "squad": question,
    "squad2": nullable,
    "commonsenseqa": choice,
}


def main_score(card, name):
    return next(iter(card["dev"][name].values()))


@pytest.mark.parametrize("name", RULES)
def test_an_intermediate_task_is_learnt(run_training, tmp_path, name):
    write_plain(tmp_path / "intermediate", name, RULES[name])
    cards = run_training(intermediate=(name,), recipe={"epochs": 4})
    assert main_score(cards[f"stilts-{name}/encoder"], name) > 95


def test_ccg_is_learnt_from_derivations(run_training, tmp_path):
    category = {"NOUN": "N", "VERB": "(S[dcl]\\NP)/NP"}
    for section, n, seed in (("02", 300, 1), ("00", 60, 2)):
        folder = tmp_path / "intermediate" / "ccg" / "AUTO" / section
        folder.mkdir(parents=True)
        lines = []
        for i, row in enumerate(rows(tagging, n, seed)):
            leaves = [
                f"(<L {category[tag]} X X {word} N>)"
                for word, tag in zip(row["words"], row["tags"], strict=True)
            ]
            lines += [f"ID=wsj.{i}", f"(<T S 0 {len(leaves)}> {' '.join(leaves)} )"]
        (folder / f"wsj_{section}01.auto").write_text("\n".join(lines) + "\n")
    cards = run_training(intermediate=("ccg",), recipe={"epochs": 2})
    assert main_score(cards["stilts-ccg/encoder"], "ccg") > 95


def test_target_tasks_are_learnt_and_question_tasks_share_a_head(run_training, tmp_path):
    write_xtreme(tmp_path)
    asked = ("xnli", "udpos", "xquad", "mlqa")
    cards = run_training(targets=asked, recipe={"epochs": 4})
    assert set(cards) == {"base/xnli", "base/udpos", "base/xquad"}
    assert cards["base/xquad"]["tasks"] == ["xquad", "mlqa"]
    assert {name: main_score(card, name.split("/")[1]) > 95 for name, card in cards.items()} == (
        dict.fromkeys(cards, True)
    )


def test_several_tasks_at_once_learn_with_one_encoder(run_training, tmp_path):
    for name, rule in RULES.items():
        write_plain(tmp_path / "intermediate", name, rule)
    cards = run_training(intermediate=("all",), recipe={"epochs": 4})
    card = cards["stilts-all/encoder"]
    assert set(card["shares"]) == {*RULES, "anli+"}
    assert [facts["parts"] for facts in card["sets"] if facts["name"] == "anli+"] == [["mnli"]]
    assert {name: main_score(card, name) > 95 for name in RULES} == dict.fromkeys(RULES, True)
