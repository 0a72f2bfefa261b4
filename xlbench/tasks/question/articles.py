"""The articles of a SQuAD file, one at a time.

A SQuAD file is one JSON object whose ``data`` is a list of articles. Parsed as a whole it
would stand in memory several times over; here the text is read in pieces and at most one
article (and the piece after it) is held.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_PIECE_BYTES = 1 << 16
_BLANKS = re.compile(r"[ \t\r\n]*")


class BrokenJson(ValueError):
    """The file is not a JSON object with a list ``data``; the message says where and why."""


def read_articles(path: Path) -> Iterator[Any]:
    """Yield each element of the list ``data``.

    Raises:
        BrokenJson: the text is not UTF-8, not JSON, or has no list ``data``.
    """
    with path.open("rb") as file:
        text = _Text(file)
        text.expect("{")
        found = False
        while text.peek() != "}":
            key = text.value()
            text.expect(":")
            if key == "data":
                if found:
                    raise BrokenJson(f'expected one list "data", found another at {text.place()}')
                found = True
                yield from _elements(text)
            else:
                text.value()
            if text.peek() == ",":
                text.expect(",")
        text.expect("}")
        text.expect_end()
        if not found:
            raise BrokenJson('expected a JSON object with a list "data", found none')


def _elements(text: _Text) -> Iterator[Any]:
    text.expect("[")
    while text.peek() != "]":
        yield text.value()
        if text.peek() != "]":
            text.expect(",")
    text.expect("]")


class _Ended(BrokenJson):
    """The file ended where something was expected."""


class _Text:
    """A JSON text that is read as far as it is needed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder()
        self._held = ""
        self._at = 0
        self._lines_before = 1
        self._ended = False

    def peek(self) -> str:
        """Return the next character that is not blank."""
        while True:
            self._at = _BLANKS.match(self._held, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._held):
                return self._held[self._at]
            if self._ended:
                raise _Ended(f"expected JSON, found the end of the file at {self.place()}")
            self._more(_PIECE_BYTES)

    def expect_end(self) -> None:
        """Pass over blanks up to the end of the file, which must be there."""
        try:
            found = self.peek()
        except _Ended:
            return
        raise BrokenJson(f"expected the end of the file, found {found!r} at {self.place()}")

    def expect(self, character: str) -> None:
        """Pass over the character, which must be the next one."""
        found = self.peek()
        if found != character:
            raise BrokenJson(f"expected {character!r}, found {found!r} at {self.place()}")
        self._at += 1

    def value(self) -> Any:
        """Return the next JSON value."""
        self.peek()
        piece = _PIECE_BYTES
        while True:
            try:
                value, end = self._json.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    self._at = error.pos
                    problem = f"{error.msg.removesuffix(' at')} at {self.place()}"
                    raise BrokenJson(f"expected JSON, found: {problem}") from None
            except RecursionError:
                raise BrokenJson(
                    f"expected JSON of a few levels, found deep nesting at {self.place()}"
                ) from None
            except ValueError as error:  # a number of thousands of digits
                raise BrokenJson(f"expected JSON, found: {error} at {self.place()}") from None
            else:
                # A number at the very end of what is held may go on in the next piece.
                if end < len(self._held) or self._ended:
                    self._at = end
                    return value
            self._more(piece)
            piece *= 2  # so that a long article is not parsed again for every piece

    def _more(self, size: int) -> None:
        self._lines_before += self._held.count("\n", 0, self._at)
        raw = self._file.read(size)
        self._ended = not raw
        try:
            self._held = self._held[self._at :] + self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            raise BrokenJson(
                f"expected UTF-8 text, found byte 0x{error.object[error.start]:02x}"
                f" after {self.place()}"
            ) from None
        self._at = 0

    def place(self) -> str:
        """Return where the reading stands, as a line."""
        return f"line {self._lines_before + self._held.count(chr(10), 0, self._at)}"
