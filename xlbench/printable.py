"""What may be shown: text of any origin made fit for a terminal, a log and a file of results.

Names, paths and messages of other libraries hold what their authors put there. A newline would
begin a line of its own in a log (``::error::`` there is a command), an escape character would
steer the terminal, a token in an address would be published.
"""

from __future__ import annotations

import re
import reprlib
import shlex
import unicodedata
from collections.abc import Mapping, Sequence

HIDDEN = "***"
_MOST_CHARACTERS = 2000
_UNSAFE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_JOINERS = "\u200c\u200d"  # part of words in Persian and of emoji
_SECRET_NAME = re.compile(r"TOKEN|KEY|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_VARIABLE = re.compile(r"(?<![\w.])(env\.)([^=,@\s]+)=([^,]*)")
_LOGIN = re.compile(r"\b([a-zA-Z][a-zA-Z0-9+.-]{1,20}://)[^/@\s]{1,4096}@")


def printable(text: str, limit: int = _MOST_CHARACTERS) -> str:
    """Return text in one line: control characters escaped, logins in addresses hidden.

    Args:
        text: of any origin.
        limit: characters kept; of longer text the middle is left out.
    """
    if len(text) > limit:
        half = limit // 2
        text = f"{text[:half]} [... {len(text) - 2 * half} characters ...] {text[-half:]}"
    return without_logins(_all_escaped(text))


def is_printable(text: str) -> bool:
    """Tell whether text has no control, format or broken characters."""
    return _all_escaped(text) == text


def shown(value: object) -> str:
    """Return the ``repr`` of a value read from a file or the command line, in about a line.

    However large or deeply nested the value is, this takes little time.
    """
    return _REPR.repr(value)


def without_logins(text: str) -> str:
    """Return text with ``user:password@`` in addresses hidden."""
    return _LOGIN.sub(rf"\1{HIDDEN}@", text)


def is_secret(name: str) -> bool:
    """Tell whether an environment variable of this name holds what must not be published."""
    return _SECRET_NAME.search(name) is not None


def without_secrets(text: str) -> str:
    """Return an arm, or any other argument, with the values of secret variables hidden.

    ``base@env.HF_TOKEN=abc,dtype=bf16`` becomes ``base@env.HF_TOKEN=***,dtype=bf16``.
    """

    def hidden(match: re.Match[str]) -> str:
        prefix, name, value = match.groups()
        return f"{prefix}{name}={HIDDEN if is_secret(name) else value}"

    return without_logins(_VARIABLE.sub(hidden, text))


def without_secret_values(variables: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables, the values of secret ones hidden."""
    return {
        name: HIDDEN if is_secret(name) else without_logins(value)
        for name, value in variables.items()
    }


def command_line(arguments: Sequence[str]) -> str:
    """Return the program's arguments as one may copy them into a shell, secrets hidden."""
    return printable(shlex.join(map(without_secrets, arguments)), limit=20_000)


def _all_escaped(text: str) -> str:
    # Of text that Python calls printable no character is unsafe; nearly all text is.
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE or character in _JOINERS:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


class _Short(reprlib.Repr):
    """Python's own bounded ``repr``, with bounds for what it leaves open."""

    def repr_int(self, x: int, level: int) -> str:
        return f"a number of {x.bit_length()} bits" if x.bit_length() > 256 else repr(x)

    def repr_instance(self, x: object, level: int) -> str:
        return super().repr_instance(x, level)[: self.maxother]


_REPR = _Short()
_REPR.maxlevel = 3
_REPR.maxstring = 100
_REPR.maxother = 100
