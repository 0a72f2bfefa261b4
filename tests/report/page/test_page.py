"""The HTML report: whole, self-contained, escaped, and with the numbers in it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from xlbench.report.filters import Filters
from xlbench.report.page.page import page
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole

from ..synthetic import write_comparison, write_run


def written(*folders):
    return page(whole([recorded(folder) for folder in folders], Filters(), raw=True))


class Page(HTMLParser):
    """Checks the nesting and collects tables, texts and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))
        if "td" in self.open or "th" in self.open:
            self.tables[-1][-1][-1] += data

    def all_text(self) -> str:
        return "".join(data for _, data in self.texts)


@pytest.fixture
def text(result):
    return written(result)


@pytest.fixture
def parsed(text):
    return Page(text)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The page of two compared arms over all 162 task-language pairs."""
    folder = write_run(tmp_path_factory.mktemp("full") / "run")
    return written(write_comparison(folder, "base", "stilts", ratio=1.03))


def lines(table):
    """Return the rows of a table as mappings from head to cell."""
    head, *rows = [row for row in table if row]
    return [dict(zip(head, row, strict=True)) for row in rows]


def line(table, code):
    (found,) = [row for row in lines(table) if row["task and language"].endswith(f" {code}")]
    return found


def test_latency_stands_with_its_intervals(parsed):
    cell = line(parsed.tables[1], "sw")
    assert cell["p50"] == "12.25 [11.75, 12.75]"
    assert cell["p95"] == "32.25 [31.25, 33.25]"
    assert cell["task and language"] == "XNLI Swahili sw"
    assert cell["end-to-end"] == "13.25"


def test_tokens_throughput_memory_and_metric_are_there(parsed):
    cell = line(parsed.tables[1], "th")
    assert (cell["tokens/word"], cell["tokens/English"]) == ("–", "1.62")
    assert cell["peak MiB"] == "321" and cell["examples/s"] == "456.7"
    assert cell["tokens/s"] == "23,456" and cell["padding eff."] == "0.987"
    assert cell["metric"] == "60.0 [58.0, 62.0] accuracy"
    assert cell["cut"] == "7" and cell["flags"] == "truncated"


def test_a_column_that_no_cell_has_is_left_out(parsed):
    assert "J/example" not in lines(parsed.tables[1])[0]


def test_a_flag_that_all_cells_share_is_explained_once_below(parsed):
    assert line(parsed.tables[1], "en")["flags"] == ""
    assert "no-p99 6 of 6" in parsed.all_text()
    assert "fewer than 368 samples: no p99" in parsed.all_text()


def test_tasks_stand_with_their_averages(parsed):
    (row,) = lines(parsed.tables[0])
    assert row["task"] == "XNLI" and row["languages"] == "3 of 15"
    assert (row["average"], row["English"], row["others"], row["gap"]) == (
        "67.1",
        "80.0",
        "60.6",
        "19.4",
    )
    assert (row["p50, fastest language"], row["p50, slowest language"]) == ("10.12", "14.38")


def test_pictures_have_a_labelled_point_for_each_language(parsed):
    texts = [data for tag, data in parsed.texts if tag == "text"]
    assert {"en", "sw", "th", "tokens relative to English"} <= set(texts)


def test_what_can_not_be_drawn_is_said(parsed):
    text = parsed.all_text()
    assert "There are no verdicts" in text
    assert "There is no picture of drift" in text


def test_commands_environment_and_versions_are_there(parsed):
    text = parsed.all_text()
    for told in (
        "abc123, finished",
        "0.0.7",
        "2026-01-02 to 2026-01-03",
        "2.99",
        "0.25, 0.5",
        "memory total bytes",
    ):
        assert told in text


def test_everything_is_escaped(text, parsed):
    assert "xlbench run --ckpt 'base@env.X=<b>&'" in parsed.all_text()
    assert "Some <CPU> & Co" in parsed.all_text()
    assert "<b>&" not in text and "<CPU>" not in text


def test_nothing_is_fetched(text, parsed):
    assert not {tag for tag, _, _ in parsed.attributes} & {"link", "img", "iframe"}
    assert not {name for _, name, _ in parsed.attributes} & {"src", "onclick"}
    targets = [value for tag, name, value in parsed.attributes if name == "href"]
    anchors = {value for _, name, value in parsed.attributes if name == "id"}
    assert targets and all(target[0] == "#" and target[1:] in anchors for target in targets)
    assert "url(" not in text and "@import" not in text and "http" not in text


def test_heads_and_rows_have_their_scope_and_frames_their_name(parsed):
    heads = sum(tag == "th" and name == "scope" for tag, name, _ in parsed.attributes)
    assert heads == sum(len(table[0]) + len(table) - 1 for table in map(filled, parsed.tables))
    regions = [value for _, name, value in parsed.attributes if name == "aria-label"]
    assert sum(value.startswith("Table: ") for value in regions) == len(parsed.tables)


def filled(table):
    return [row for row in table if row]


def test_every_picture_has_a_text_for_those_who_can_not_see_it(full):
    parsed = Page(full)
    pictures = [value for tag, name, value in parsed.attributes if (tag, name) == ("svg", "role")]
    told = [v for tag, name, v in parsed.attributes if (tag, name) == ("svg", "aria-label")]
    assert len(pictures) == len(told) > 60 and all(len(text) > 40 for text in told)


def test_without_metrics_it_says_so(make):
    parsed = Page(written(make(metrics=False)))
    assert "No cell has a metric" in parsed.all_text()
    assert "average" not in lines(parsed.tables[0])[0]


def test_several_results_are_one_page(result, make):
    parsed = Page(written(result, make("second", arm="stilts")))
    bought, tasks, by_language, cells = parsed.tables
    counts = [len(lines(table)) for table in (bought, tasks, by_language, cells)]
    assert counts == [2, 2, 3 + 1, 6], "three languages and the gap of a task"
    headings = [data for tag, data in parsed.texts if tag == "h3"]
    assert any(h.endswith("/run") for h in headings)
    assert any(h.endswith("/second") for h in headings)


def test_a_run_that_was_cut_short_has_a_page(make):
    folder = make(status="interrupted", segments=(), environment={})
    assert "interrupted, not finished" in Page(written(folder)).all_text()


def test_failures_stand_with_their_reason(make, rows):
    from ..conftest import write

    folder = make("broken")
    rows[1] |= {"status": "failed", "error": "out of <memory>\nTraceback"}
    write(folder, rows)
    parsed = Page(written(folder))
    (failed,) = lines(parsed.tables[-1])
    assert failed["error"].startswith("out of <memory>") and failed["scenario"] == "offline"
    assert "offline failed" in line(parsed.tables[1], "en")["flags"]


def test_all_162_pairs_of_two_arms_are_below_two_megabytes(full):
    assert len(full.encode()) < 2_000_000
    parsed = Page(full)
    bought, tasks, by_language, verdicts, cells = parsed.tables[:5]
    assert (len(lines(tasks)), len(lines(verdicts)), len(lines(cells))) == (18, 162, 324)
    # Nine tasks, four groups and the whole; a gap for each of the seven tasks with English.
    assert (len(lines(bought)), len(lines(by_language))) == (14, 169)


def test_the_summary_has_the_numbers(full):
    text = Page(full).all_text()
    assert "162 task-language pairs of 9 tasks in 40 languages" in text
    assert "stilts takes 1.030" in text and "times the latency of base" in text
    assert "overall" in text and "(+4.0)" in text
    assert "The machine was" in text and "reference kernel" in text
