"""The HTML report: whole, self-contained, escaped, and with the numbers in it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from xlbench.report.page import page
from xlbench.report.recorded import recorded

VOID = {"meta", "br", "line", "circle", "rect", "path"}


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
        if tag not in VOID:
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
    return page([recorded(result)])


@pytest.fixture
def parsed(text):
    return Page(text)


def line(table, language):
    (found,) = [row for row in table if len(row) > 1 and f"({language})" in row[1]]
    return dict(zip(table[0], found, strict=True))


def test_latency_stands_with_its_intervals(parsed):
    cell = line(parsed.tables[0], "sw")
    assert cell["p50 ms"] == "12.25 11.75 to 12.75"
    assert cell["p95 ms"] == "32.25 31.25 to 33.25"
    assert cell["p99 ms"] == "–"
    assert cell["language"] == "Swahili (sw)" and cell["task"] == "XNLI"


def test_tokens_throughput_memory_and_metric_are_there(parsed):
    single, offline = (line(table, "th") for table in parsed.tables[:2])
    assert (single["tokens/word"], single["tokens/char"]) == ("–", "0.38")
    assert single["tokens/English"] == "1.62"
    assert single["peak MiB"] == "321" and single["examples/s"] == "98.8"
    assert offline["tokens/s"] == "23,456" and offline["padding efficiency"] == "0.987"
    assert offline["metric"] == "accuracy 60.0 58.0 to 62.0"
    assert offline["cut"] == "7" and offline["flags"] == "truncated"


def test_a_flag_that_all_cells_share_is_explained_once_below(parsed):
    assert line(parsed.tables[0], "en")["flags"] == ""
    assert "no-p99 (6 of 6 cells): fewer than 368 samples: no p99" in parsed.all_text()


def test_the_averages_are_there(parsed):
    averages = parsed.tables[2]
    row = dict(zip(averages[0], averages[1], strict=True))
    assert row["task"] == "XNLI" and row["languages"] == "3 of 15"
    assert (row["average"], row["English"], row["others"], row["gap"]) == (
        "67.1",
        "80.0",
        "60.6",
        "19.4",
    )


def test_the_plot_has_a_labelled_point_for_each_language(parsed):
    texts = [data for tag, data in parsed.texts if tag == "text"]
    assert {"en", "sw", "th", "tokens relative to English", "latency p50, ms"} <= set(texts)
    assert sum(tag == "circle" and name == "cx" for tag, name, _ in parsed.attributes) == 3


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
    assert "<b>" not in text and "<CPU>" not in text
    assert "b" not in {tag for tag, _, _ in parsed.attributes}


def test_nothing_is_fetched_and_nothing_runs(text, parsed):
    assert not {tag for tag, _, _ in parsed.attributes} & {"script", "link", "img", "iframe"}
    assert not {name for _, name, _ in parsed.attributes} & {"src", "href", "onclick"}
    assert "url(" not in text and "@import" not in text and "http" not in text
    assert "prefers-color-scheme: dark" in text


def test_without_metrics_there_are_no_averages_and_it_says_so(make):
    parsed = Page(page([recorded(make(metrics=False))]))
    assert len(parsed.tables) == 2
    assert "no cell has a metric" in parsed.all_text()


def test_several_results_stand_one_after_the_other(result, make):
    parsed = Page(page([recorded(result), recorded(make("second", arm="stilts"))]))
    headings = [data for tag, data in parsed.texts if tag == "h2"]
    assert headings[0].endswith("/run") and headings[1].endswith("/second")
    assert len(parsed.tables) == 6


def test_a_run_that_was_cut_short_has_a_page(make):
    folder = make(status="interrupted", segments=(), environment={})
    assert "interrupted" in Page(page([recorded(folder)])).all_text()
