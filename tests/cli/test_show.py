import io

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from xlbench.cli.show import put
from xlbench.printable import is_printable
from xlbench.report.tsv import tsv


def test_a_name_that_steers_terminals_or_logs_is_written_out():
    stream = io.StringIO()
    put([Text("an arm\n::error::x\x1b[31m", style="bold"), Text("a [/b] path")], stream)
    assert stream.getvalue().splitlines() == ["an arm\\n::error::x\\x1b[31m", "a [/b] path"]


@given(st.text(max_size=40))
def test_a_field_of_a_table_for_programs_is_one_printable_field(text):
    (line, end) = tsv(["name"], [[text]]).removeprefix("name\n").split("\n")
    assert is_printable(line) and end == ""
