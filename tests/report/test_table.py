import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.flags import Flag
from xlbench.report.fitted import Column, Fitted
from xlbench.report.marks import DOUBTFUL, SEEN_ANYWAY
from xlbench.report.table import cell_lines, cell_tsv, notes

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), max_size=12)
COLUMNS = st.lists(
    st.builds(Column, PRINTABLE, st.integers(0, 3), st.booleans()), min_size=1, max_size=6
)


def test_tokens_relative_to_english_stand_beside_fertility(rows):
    lines = [line.plain for line in cell_lines(rows, 140)]
    head = next(line for line in lines if "tok/en" in line)
    thai = next(line for line in lines if " th " in line)
    for name, value in (("tok/word", "–"), ("tok/en", "1.62")):
        end = head.index(name) + len(name)
        assert thai[:end].split()[-1] == value


def test_a_row_from_before_the_column_existed_has_nothing_in_its_place(rows):
    old = [{k: v for k, v in r.items() if k != "tokens_relative_to_english"} for r in rows]
    assert "XNLI  sw" in "\n".join(line.plain for line in cell_lines(old, 140))
    names, first = (line.split("\t") for line in cell_tsv({"": old}).splitlines()[:2])
    assert first[names.index("tokens_relative_to_english")] == ""


def test_an_interval_that_is_not_symmetric_is_shown_by_its_ends(rows):
    single = next(row for row in rows if row["scenario"] == "single-stream")
    single |= {"latency_p50_ms": 1.18, "latency_p50_lo_ms": 0.83, "latency_p50_hi_ms": 33.54}
    assert "1.18 [0.83, 33.54]" in "\n".join(line.plain for line in cell_lines(rows, 80))


@pytest.mark.parametrize(
    ("flags", "sign"),
    [
        (["disturbed", "truncated"], "!"),
        (["gpu-unused"], "!"),
        (["truncated"], "*"),
        (["no-p99"], ""),
    ],
)
def test_a_flagged_cell_is_marked_in_its_row(rows, flags, sign):
    for row in rows:
        row["flags"] = flags if row["language"] == "sw" else []
    lines = [line.plain.split() for line in cell_lines(rows, 80)]
    (swahili,) = (words for words in lines if words[1:2] == ["sw"])
    (thai,) = (words for words in lines if words[1:2] == ["th"])
    assert (swahili[2] == sign) if sign else (swahili[2] == "1.75")
    assert thai[2] == "–"


def test_every_flag_that_decides_on_a_mark_is_a_flag():
    assert set(Flag) >= DOUBTFUL | SEEN_ANYWAY and not DOUBTFUL & SEEN_ANYWAY


def test_a_failed_cell_is_marked_whatever_its_flags(rows):
    rows[0] |= {"status": "failed", "error": "x", "flags": ["disturbed"]}
    english = next(line.plain for line in cell_lines(rows, 80) if " en " in line.plain)
    assert english.split()[2] == "x"


def test_a_failed_cell_and_every_flag_has_a_line_below_the_table(rows):
    for row in rows:
        row["flags"] = []
    rows[0] |= {"status": "failed", "error": "out of memory\nmore of it"}
    rows[1]["flags"] = rows[2]["flags"] = ["truncated"]
    flag, failed = notes(rows)
    assert flag.startswith(f"* truncated (2 of {len(rows)} cells): ")
    place = " ".join(rows[0][name] for name in ("arm", "task", "language", "scenario"))
    assert failed == f"x FAILED {place}: out of memory"


@given(COLUMNS, st.integers(0, 4), st.integers(1, 60), st.data())
def test_no_cell_is_cut_and_no_line_too_long_where_columns_may_go(columns, count, width, data):
    cell = PRINTABLE.filter(lambda text: text == text.strip())
    rows = [[data.draw(cell) for _ in columns] for _ in range(count)]
    table = Fitted(columns, rows)
    lines = list(table.lines(width))
    left = table.shown(width)
    for row, line in zip(rows, lines[2:], strict=True):
        assert all(row[index] in line.plain for index in left)
    if len(left) > 1 and any(columns[index].rank for index in left):
        assert all(line.cell_len <= width for line in lines)
    gone = [column.rank for i, column in enumerate(columns) if i not in left]
    kept = [columns[index].rank for index in left]
    assert 0 not in gone and min(gone, default=9) >= max(kept)


def test_of_columns_that_matter_alike_the_rightmost_goes_first():
    columns = [Column("a"), Column("b", 1), Column("c", 1), Column("d", 2)]
    table = Fitted(columns, [["1", "2", "3", "4"]])
    assert [table.left_out(width) for width in (10, 9, 6, 3)] == [
        [],
        ["d"],
        ["c", "d"],
        ["b", "c", "d"],
    ]


def test_a_field_never_ends_a_line_or_begins_another(rows):
    rows[0]["arm"] = rows[1]["arm"] = "a\tb\nc"
    lines = cell_tsv({"": rows}).splitlines()
    assert {line.count("\t") for line in lines} == {lines[0].count("\t")}
    assert len(lines) == 4 and lines[1].startswith("a b c\t")


def test_what_stood_for_a_sentence_is_said_below_the_table(rows):
    plain = {"arm": "base", "flags": [], "status": "ok", "pooling": "mean", "retrieval_layer": 8}
    cls = plain | {"arm": "base@pooling=cls", "pooling": "cls", "prefix": "query: "}
    found = notes([plain | {"task": "tatoeba"}, plain | {"task": "bucc2018"}, cls | {"task": "x"}])
    assert found == [
        "– base, tatoeba bucc2018: a sentence is the mean over the tokens of hidden state 8",
        "– base@pooling=cls, x: a sentence is the first token of hidden state 8, with 'query: ' in "
        "front",
    ]
    tagger = {"arm": "base", "task": "udpos", "flags": [], "status": "ok"}
    assert notes([tagger | {"tagging_layout": "xtreme"}]) == []
    (line,) = notes([tagger | {"tagging_layout": "tokenizer"}])
    assert line == "– base, udpos: rows of words end as the tokenizer ends a text"


def test_several_results_are_one_table_with_their_names(rows):
    lines = [line.split("\t") for line in cell_tsv({"one": rows, "two": rows}).splitlines()]
    assert lines[0][:3] == ["result", "arm", "task"]
    assert [line[0] for line in lines[1:]] == ["one"] * 3 + ["two"] * 3
    assert {len(line) for line in lines} == {len(lines[0])}
