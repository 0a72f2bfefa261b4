"""Each intermediate task in its authors' own layout, in the plain form, and from the Hub."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_server import HubServer, Repository

from xlbench.data.malformed import MalformedRows
from xlbench.errors import MalformedInput, UserError
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.train.choice_example import ChoiceExample
from xlbench.train.intermediate import INTERMEDIATE, PARTS
from xlbench.train.intermediate_sets import read_intermediate


def lines(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


def squad(text, answers, question="Where?"):
    qas = [{"id": "q", "question": question, "answers": answers}]
    return json.dumps({"data": [{"paragraphs": [{"context": text, "qas": qas}]}]})


SNLI = {"sentence1": "A man sleeps.", "sentence2": "He dreams.", "gold_label": "neutral"}
NO_LABEL = SNLI | {"gold_label": "-"}
HELLA = {"ctx": "He opens", "ctx_a": "He", "endings": ["a door", "a sea"], "label": 0}
CSQA = {
    "id": "1",
    "answerKey": "B",
    "question": {
        "stem": "Where is soap?",
        "choices": [{"label": "A", "text": "desk"}, {"label": "B", "text": "bath"}],
    },
}
AUTO = (
    "ID=wsj_0001.1 PARSER=GOLD\n"
    "(<T S 0 2> (<L N NNP NNP Vinken N_1/N_1>) (<L S\\NP VBD VBD slept S>) )\n"
)
AT_SEA = [{"text": "sea", "answer_start": 7}]

LAYOUTS = [
    (
        "mnli",
        "multinli_1.0/multinli_1.0_train.jsonl",
        lines(NO_LABEL, SNLI),
        ("A man sleeps.", "He dreams.", "neutral"),
    ),
    (
        "mnli",
        "mnli/MNLI/train.tsv",
        'index\tsentence1\tsentence2\tgold_label\n0\tA "man sleeps.\tHe dreams.\tneutral\n',
        ('A "man sleeps.', "He dreams.", "neutral"),
    ),
    (
        "anli+",
        "snli_1.0/snli_1.0_train.jsonl",
        lines(SNLI),
        ("A man sleeps.", "He dreams.", "neutral"),
    ),
    (
        "anli+",
        "anli_v1.0/R2/train.jsonl",
        lines({"uid": "u", "context": "A man sleeps.", "hypothesis": "He dreams.", "label": "n"}),
        ("A man sleeps.", "He dreams.", "neutral"),
    ),
    (
        "qqp",
        "QQP/train.tsv",
        "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n0\t1\t2\tWhy?\tHow so?\t1\n",
        ("Why?", "How so?", "1"),
    ),
    (
        "squad",
        "train-v1.1.json",
        squad("By the sea.", AT_SEA),
        ("Where?", "By the sea.", ("sea",), (7,)),
    ),
    (
        "squad2",
        "squad2/train-v2.0.json",
        squad("By the sea.", []),
        ("Where?", "By the sea.", (), ()),
    ),
    ("hellaswag", "hellaswag_train.jsonl", lines(HELLA), ("He opens", ("a door", "a sea"), 0)),
    ("ccg", "ccg/AUTO/02/wsj_0201.auto", AUTO, (("Vinken", "slept"), ("N", "S\\NP"))),
    (
        "cosmosqa",
        "cosmosqa/train.csv",
        "id,context,question,answer0,answer1,answer2,answer3,label\n"
        '1,"It rained,\nall day.",Why?,a,b,c,d,3\n',
        ("It rained,\nall day. Why?", ("a", "b", "c", "d"), 3),
    ),
    (
        "commonsenseqa",
        "train_rand_split.jsonl",
        lines(CSQA),
        ("Where is soap?", ("desk", "bath"), 1),
    ),
    (
        "mnli",
        "mnli/train.jsonl",
        lines({"premise": "A man sleeps.", "hypothesis": "He dreams.", "label": "neutral"}),
        ("A man sleeps.", "He dreams.", "neutral"),
    ),
    (
        "squad",
        "squad/train.jsonl",
        lines({"context": "By the sea.", "question": "Where?", "answers": ["sea"]}),
        ("Where?", "By the sea.", ("sea",), (7,)),
    ),
]


def content(example):
    """What an example says, without its id."""
    match example:
        case PairExample():
            return example.text_a, example.text_b, example.label
        case QuestionExample():
            return example.question, example.context, example.answers, example.answer_starts
        case ChoiceExample():
            return example.question, example.choices, example.label
        case TaggingExample():
            return example.words, example.tags


def write(root, file, text):
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


@pytest.mark.parametrize(("name", "file", "text", "wanted"), LAYOUTS)
def test_a_layout_is_read(tmp_path, name, file, text, wanted):
    write(tmp_path, file, text)
    found = read_intermediate(name, str(tmp_path), MalformedRows(skip=False))
    assert [content(example) for example in found.train] == [wanted]
    assert found.files == (file.split("/")[-1],)


def test_every_task_is_read_from_its_authors_layout():
    read = {name for name, file, *_ in LAYOUTS if not file.startswith(f"{name}/train.jsonl")}
    assert read == set(INTERMEDIATE)


def test_anli_plus_takes_the_parts_that_are_there_and_says_which(tmp_path):
    write(tmp_path, "snli_1.0/snli_1.0_train.jsonl", lines(SNLI))
    write(
        tmp_path,
        "mnli/train.jsonl",
        lines({"premise": "Yes.", "hypothesis": "No.", "label": "contradiction"}),
    )
    found = read_intermediate("anli+", str(tmp_path), MalformedRows(skip=False))
    assert found.parts == ("mnli", "snli") and len(found.train) == 2


def test_rows_of_the_development_set_are_not_trained_on(tmp_path):
    write(tmp_path, "snli_1.0/snli_1.0_train.jsonl", lines(SNLI, SNLI | {"sentence2": "He eats."}))
    write(
        tmp_path,
        "snli_1.0/snli_1.0_dev.jsonl",
        lines(SNLI | {"sentence2": "He  DREAMS.", "gold_label": "entailment"}),
    )
    found = read_intermediate("anli+", str(tmp_path), MalformedRows(skip=False))
    assert [e.text_b for e in found.train] == ["He eats."]
    assert (len(found.dev), found.held_back) == (1, 1)


def test_a_limit_takes_a_random_choice_that_is_the_same_each_time(tmp_path):
    write(
        tmp_path,
        "snli_1.0/snli_1.0_train.jsonl",
        lines(*(SNLI | {"sentence2": f"{i}"} for i in range(50))),
    )
    first, again = (
        read_intermediate("anli+", str(tmp_path), MalformedRows(skip=False), 9) for _ in range(2)
    )
    assert first.train == again.train and len(first.train) == 9
    assert [e.text_b for e in first.train] != [str(i) for i in range(9)]


BAD_ROWS = [
    ("mnli", "mnli/train.jsonl", '{"premise": "a"\n', "row 1: expected a JSON object"),
    (
        "mnli",
        "mnli/train.jsonl",
        lines({"premise": "a", "hypothesis": "b", "label": "maybe"}),
        "row 1: expected a label out of contradiction, entailment, neutral, found 'maybe'",
    ),
    (
        "mnli",
        "MNLI/train.tsv",
        "sentence1\tsentence2\tgold_label\na\tb\tneutral\n1\n",
        "row 3: expected 3 columns, found 1",
    ),
    (
        "squad",
        "squad/train.jsonl",
        lines({"context": "By", "question": "?", "answers": ["sea"]}),
        "row 1: expected an answer that stands in the context, found 'sea'",
    ),
    (
        "squad",
        "squad/train.jsonl",
        lines({"context": "By", "question": "?", "answers": []}),
        "row 1: expected at least one answer",
    ),
    (
        "commonsenseqa",
        "commonsenseqa/train.jsonl",
        lines({"question": "?", "choices": ["a", "b"], "label": 2}),
        "row 1: expected a label from 0 to 1, found 2",
    ),
    (
        "ccg",
        "ccg/train.jsonl",
        lines({"words": ["a", "b"], "tags": ["N"]}),
        "row 1: expected as many tags as words, found 1 for 2 words",
    ),
    ("ccg", "AUTO/02/a.auto", "(<T S>)\n", "row 1: expected a derivation with leaves"),
]


@pytest.mark.parametrize(("name", "file", "text", "problem"), BAD_ROWS)
def test_a_malformed_row_is_named_with_file_and_row(tmp_path, name, file, text, problem):
    write(tmp_path, file, text)
    with pytest.raises(MalformedInput) as error:
        read_intermediate(name, str(tmp_path), MalformedRows(skip=False))
    assert f"{file.split('/')[-1]}, {problem}" in str(error.value)


def test_an_empty_set_is_named(tmp_path):
    write(tmp_path, "mnli/train.jsonl", "\n")
    with pytest.raises(UserError, match=r"train\.jsonl: expected examples of MNLI"):
        read_intermediate("mnli", str(tmp_path), MalformedRows(skip=False))


def test_what_is_not_there_is_told_with_the_places(tmp_path):
    with pytest.raises(UserError, match=r"no MNLI there. Looked for mnli/train.jsonl, multinli_1"):
        read_intermediate("mnli", str(tmp_path), MalformedRows(skip=False))


@pytest.mark.parametrize("data", ["hub", "folder"])
def test_the_licensed_task_is_local_only_and_the_message_says_so(tmp_path, data):
    where = "hub" if data == "hub" else str(tmp_path)
    with pytest.raises(UserError, match="licensed by the Linguistic Data Consortium"):
        read_intermediate("ccg", where, MalformedRows(skip=False))


HUB_ROWS = {
    "mnli": ({"premise": "a", "hypothesis": "b", "label": 1}, ("a", "b", "neutral")),
    "snli": ({"premise": "a", "hypothesis": "b", "label": 0}, ("a", "b", "entailment")),
    "anli": ({"premise": "a", "hypothesis": "b", "label": 2}, ("a", "b", "contradiction")),
    "qqp": ({"question1": "a", "question2": "b", "label": 1}, ("a", "b", "1")),
    "squad": (
        {
            "id": "1",
            "context": "By the sea.",
            "question": "Where?",
            "answers": {"text": ["sea"], "answer_start": [7]},
        },
        ("Where?", "By the sea.", ("sea",), (7,)),
    ),
    "squad2": (
        {
            "id": "1",
            "context": "By the sea.",
            "question": "Where?",
            "answers": {"text": [], "answer_start": []},
        },
        ("Where?", "By the sea.", (), ()),
    ),
    "hellaswag": (
        {"ctx": "He opens", "endings": ["a door", "a sea"], "label": "1"},
        ("He opens", ("a door", "a sea"), 1),
    ),
    "cosmosqa": (
        {
            "context": "It rained.",
            "question": "Why?",
            "answer0": "a",
            "answer1": "b",
            "answer2": "c",
            "answer3": "d",
            "label": 2,
        },
        ("It rained. Why?", ("a", "b", "c", "d"), 2),
    ),
    "commonsenseqa": (
        {
            "question": "Where?",
            "choices": {"label": ["A", "B"], "text": ["x", "y"]},
            "answerKey": "A",
        },
        ("Where?", ("x", "y"), 0),
    ),
}


def parquet(row):
    sink = pa.BufferOutputStream()
    schema = None
    if not row.get("answers", {"text": [1]})["text"]:
        text = pa.struct([("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int32()))])
        names = ("id", "context", "question")
        schema = pa.schema([*((name, pa.string()) for name in names), ("answers", text)])
    pq.write_table(pa.Table.from_pylist([row], schema=schema), sink)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("name", HUB_ROWS)
def test_a_hub_data_set_is_downloaded_and_read(tmp_path, name):
    from functools import partial

    from huggingface_hub import snapshot_download

    row, wanted = HUB_ROWS[name]
    entry = INTERMEDIATE.get(name) or PARTS[name]
    file = entry.hub.files.train[0].replace("*", "00000-of-00001")
    revision = entry.hub.revision.replace("/", "%2F")
    with HubServer() as hub:
        hub.repositories[entry.hub.repository] = Repository(
            {file: parquet(row), "script.py": b"code"}, branches=(revision,)
        )
        download = partial(snapshot_download, endpoint=hub.endpoint, cache_dir=tmp_path)
        asked = "anli+" if name in PARTS else name
        others = [INTERMEDIATE.get(part) or PARTS[part] for part in INTERMEDIATE[asked].parts]
        for other in others:
            if other is not entry:
                place = other.hub.files.train[0].replace("*", "00000-of-00001")
                hub.repositories[other.hub.repository] = Repository({place: parquet(row)})
        found = read_intermediate(asked, "hub", MalformedRows(skip=False), download=download)
    assert wanted in [content(example) for example in found.train]
    assert f"{entry.hub.repository}@{'a' * 40}" in found.origin
    assert hub.downloads("script.py") == 0


def test_a_hub_that_can_not_be_reached_is_one_sentence(tmp_path):
    def download(*_, **__):
        raise ConnectionError("no route")

    with pytest.raises(UserError, match=r"nyu-mll/glue at revision main.*no route"):
        read_intermediate("mnli", "hub", MalformedRows(skip=False), download=download)
