from rich.console import Console

from xlbench.report.table import cell_tables


def test_tokens_relative_to_english_stand_beside_fertility(rows, capsys):
    console = Console(width=140)
    for table in cell_tables(rows):
        console.print(table)
    lines = capsys.readouterr().out.splitlines()
    header = next(line for line in lines if "┃ tok/en" in line).replace("┃", "│").split("│")
    thai = next(line for line in lines if "│ th" in line).split("│")
    shown = dict(zip(map(str.strip, header), map(str.strip, thai), strict=True))
    assert (shown["tok/word"], shown["tok/en"]) == ("–", "1.62")


def test_a_row_from_before_the_column_existed_has_a_dash(rows, capsys):
    old = [{k: v for k, v in r.items() if k != "tokens_relative_to_english"} for r in rows]
    console = Console(width=140)
    for table in cell_tables(old):
        console.print(table)
    assert "tok/en" in capsys.readouterr().out
