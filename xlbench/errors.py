"""Errors that speak to the user.

Raised anywhere for a mistake in the call or in an input; the command line prints the
message after ``xlbench:`` and exits with code 2, without a traceback.
"""

from __future__ import annotations

from xlbench.printable import printable


class UserError(Exception):
    """The call or an input is wrong: what happened, where, what to do next.

    Args:
        message: a sentence or two; it is made one printable line, whatever names and reasons
            of other programs stand in it.
        paste: lines that the user may copy into a file; they stand below the message.
    """

    def __init__(self, message: str, paste: str = "") -> None:
        lines = [printable(message), *map(printable, paste.splitlines())]
        super().__init__("\n".join(lines))


class MalformedInput(UserError):
    """A row of a data file does not follow its format.

    Args:
        file: the file, as the user knows it.
        row: the 1-based line (or record) number; 0 for the file as a whole.
        problem: what was expected and what was found.
    """

    def __init__(self, file: str, row: int, problem: str) -> None:
        self.file, self.row, self.problem = file, row, problem
        place = f"{file}, row {row}" if row else file
        super().__init__(f"{place}: {problem}")
