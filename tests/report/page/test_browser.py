"""The page in a browser: three widths, both colour schemes, sorting, filtering, paper."""

from __future__ import annotations

import unicodedata
from io import BytesIO

import pytest

from xlbench.report.filters import Filters
from xlbench.report.page.page import page
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole

from ..synthetic import write_comparison, write_run
from .chromium import browser, executable

pytestmark = pytest.mark.skipif(executable() is None, reason="no Chromium is installed")
WIDTHS = (1440, 820, 390)
LONG = "./checkpoints/a-folder-with-a-rather-long-name@dtype=bf16,padding=longest,threads=2"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    where = tmp_path_factory.mktemp("page")
    folder = write_comparison(write_run(where / "run"), "base", "stilts", ratio=1.03)
    made = where / "report.html"
    found = whole([recorded(folder)], Filters(), raw=True)
    made.write_text(page(found), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def tab():
    with browser(executable()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_complaint(tab):
    tab.complaints.clear()
    yield
    assert tab.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_page(tab, file, width):
    tab.open(file, width)
    assert tab.run("document.documentElement.scrollWidth") <= width
    # Nor does anything stick out of its part of the page, except what scrolls by itself.
    out = tab.run(
        """[...document.querySelectorAll('main > section, figure, svg, .frame, .tiles div, p, li')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .map(e => e.tagName + ' ' + e.textContent.slice(0, 40))"""
    )
    assert [text for text in out if not text.startswith("LI")] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_long_names_and_narrow_results_keep_within_the_page(tab, tmp_path, width):
    folder = write_run(tmp_path / "run", (LONG, f"{LONG},seed=1"), ("bucc2018",))
    made = tmp_path / "report.html"
    made.write_text(page(whole([recorded(folder)], Filters(), raw=True)), encoding="utf-8")
    tab.open(made, width)
    assert tab.run("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_texts_of_pictures_can_be_read(tab, file, width):
    tab.open(file, width)
    smallest = tab.run(
        """Math.min(...[...document.querySelectorAll('svg text')].map(t =>
        parseFloat(t.getAttribute('font-size')) * t.closest('svg').getBoundingClientRect().width
        / t.closest('svg').viewBox.baseVal.width))"""
    )
    assert smallest >= 9.5


def column(tab, table, head):
    return tab.run(
        f"""(() => {{ const t = document.getElementById('{table}');
        const n = [...t.tHead.rows[0].cells].findIndex(c => c.textContent.trim() === '{head}');
        return [...t.tBodies[0].rows].filter(r => !r.hidden).map(r => r.cells[n].textContent);
        }})()"""
    )


def click(tab, table, head):
    return tab.run(
        f"""(() => {{ const t = document.getElementById('{table}');
        const th = [...t.tHead.rows[0].cells].find(c => c.textContent.trim() === '{head}');
        th.querySelector('button').click(); return th.getAttribute('aria-sort'); }})()"""
    )


def numbers(texts):
    return [float(text.split()[0].replace(",", "")) for text in texts if text != "–"]


def test_a_click_sorts_by_number_and_another_the_other_way(tab, file):
    tab.open(file, 1440)
    before = column(tab, "cell-lines", "p50")
    assert click(tab, "cell-lines", "p50") == "ascending"
    up = column(tab, "cell-lines", "p50")
    assert numbers(up) == sorted(numbers(before)) and len(up) == len(before)
    assert click(tab, "cell-lines", "p50") == "descending"
    assert numbers(column(tab, "cell-lines", "p50")) == sorted(numbers(before), reverse=True)


def test_thousands_are_numbers_and_what_is_missing_stands_last_both_ways(tab, file):
    tab.open(file, 1440)
    for _ in range(2):
        click(tab, "cell-lines", "tokens/word")
        found = column(tab, "cell-lines", "tokens/word")
        missing = found.count("–")
        assert missing and set(found[-missing:]) == {"–"}
    click(tab, "cell-lines", "tokens/s")
    found = numbers(column(tab, "cell-lines", "tokens/s"))
    assert found == sorted(found) and max(found) >= 1000


def test_words_sort_as_words_and_only_one_column_is_marked(tab, file):
    tab.open(file, 1440)
    click(tab, "cell-lines", "p50")
    click(tab, "cell-lines", "arm")
    assert column(tab, "cell-lines", "arm")[0] == "base"
    marked = "document.querySelectorAll('#cell-lines [aria-sort]').length"
    assert tab.run(marked) == 1


def test_a_table_is_sorted_from_the_keyboard(tab, file):
    tab.open(file, 1440)
    tab.run("document.querySelector('#cell-lines thead button').focus()")
    tab.press("Tab")
    tab.press("Enter")
    found = tab.run("document.activeElement.closest('th').getAttribute('aria-sort')")
    assert found == "ascending"


def test_filters_leave_the_lines_that_match(tab, file):
    tab.open(file, 1440)
    tab.run(
        """(() => { const tools = document.querySelector('#cells .tools');
        const search = tools.querySelector('input'), arm = tools.querySelector('select');
        search.value = 'xnli swahili'; search.dispatchEvent(new Event('input'));
        arm.value = 'stilts'; arm.dispatchEvent(new Event('input')); })()"""
    )
    assert column(tab, "cell-lines", "task and language") == ["XNLI Swahili sw"]
    assert column(tab, "cell-lines", "arm") == ["stilts"]
    assert tab.run("document.querySelector('#cells output').textContent") == "1 of 324 lines"


def test_pictures_of_one_task_can_be_picked(tab, file):
    tab.open(file, 1440)
    shown = tab.run(
        """(() => { const select = document.querySelector('nav select');
        select.value = 'panx'; select.dispatchEvent(new Event('input'));
        return [...document.querySelectorAll('figure[data-task]')]
          .filter(f => f.checkVisibility()).map(f => f.dataset.task); })()"""
    )
    assert set(shown) == {"panx"}


def test_head_and_first_column_stay_in_sight(tab, file):
    tab.open(file, 820)
    moved = tab.run(
        """(() => { const t = document.getElementById('cell-lines'), f = t.closest('.frame');
        f.scrollTo(300, 2000); f.scrollIntoView();
        const box = f.getBoundingClientRect(), head = t.tHead.rows[0].cells[0];
        const first = t.tBodies[0].rows[100].cells[0];
        return [f.scrollLeft, f.scrollTop, head.getBoundingClientRect().top - box.top,
          head.getBoundingClientRect().left - box.left,
          first.getBoundingClientRect().left - box.left]; })()"""
    )
    left, top, head_top, head_left, first_left = moved
    assert left > 0 and top > 0
    assert max(abs(head_top), abs(head_left), abs(first_left)) <= 2


def test_dark_is_dark_for_page_and_pictures(tab, file):
    ground = "getComputedStyle(document.body).backgroundColor"
    bar = "getComputedStyle(document.querySelector('svg .f-series0')).fill"
    tab.open(file, 1440)
    light = tab.run(ground), tab.run(bar)
    tab.open(file, 1440, dark=True)
    dark = tab.run(ground), tab.run(bar)
    assert light[0] == "rgb(255, 255, 255)" and dark[0] == "rgb(20, 23, 27)"
    assert light[1] != dark[1]


def test_without_scripts_all_is_there(tab, file):
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.go(file)
        shown = tab.run("[...document.querySelectorAll('tbody tr, figure')].length")
        tools = tab.run("document.querySelectorAll('.tools, button, [hidden]').length")
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)
    assert shown > 18 + 162 + 324 and tools == 0


def test_paper_holds_every_column_of_every_table(tab, tmp_path):
    pypdf = pytest.importorskip("pypdf", reason="reading the print needs pypdf")
    file = tmp_path / "report.html"
    folder = write_comparison(write_run(tmp_path / "run", tasks=("tatoeba",)), "base", "stilts")
    file.write_text(page(whole([recorded(folder)], Filters(), raw=True)), encoding="utf-8")
    tab.open(file, 1440)
    heads = tab.run(
        """[...document.querySelectorAll('#cell-lines thead th')].map(c => c.textContent.trim())"""
    )
    assert len(heads) >= 15 and "flags" in heads
    # As it is laid out on paper: nothing reaches beyond the sheet.
    tab.call("Emulation.setEmulatedMedia", media="print")
    tab.call(
        "Emulation.setDeviceMetricsOverride",
        width=round(277 / 25.4 * 96),
        height=718,
        deviceScaleFactor=1,
        mobile=False,
    )
    out = tab.run(
        """[...document.querySelectorAll('th, td, svg, p, h2')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"""
    )
    assert out == 0
    tab.call("Emulation.setEmulatedMedia", media="")
    pages = pypdf.PdfReader(BytesIO(tab.pdf())).pages
    # Ligatures come back as characters of their own.
    texts = [unicodedata.normalize("NFKC", page.extract_text()) for page in pages]
    words = {word for head in heads for word in head.split()}
    of_table = [text for text in texts if min(map(text.count, ("Tatoeba", "stilts"))) > 8]
    # The head stands on every page of the table.
    assert len(of_table) > 1
    for text in of_table:
        assert words - set(text.split()) == set()
    assert all(float(page.mediabox.width) > float(page.mediabox.height) for page in pages)
