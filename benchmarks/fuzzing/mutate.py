"""Changes to bytes and to values: a few at a time, so that most of an input stays right."""

from __future__ import annotations

import copy
import random
from typing import Any

PIECES = [
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xf4\x90\x80\x80"),
    *(b"\r\n", b"\r", b"\n", b"\t", b"\t\t", b"\n\n\n", b" ", b"\xc2\xa0", b"\x1b[31m"),
    *(b'"', b"'", b"\\", b"{", b"}", b"[", b"]", b":", b",", b"-1", b"1e999", b"NaN", b"null"),
    *(b"true", b"\\ud800", b"\\u0000", b"0" * 20, b"9" * 5000, b"&a ", b"*a", b"<<: ", b"- "),
    *(
        b"!!python/object:os.system ",
        b"? ",
        b"|\n",
        b"%",
        b"@",
        b"=",
        b"../",
        b"[[[[[[",
        b"{a: ",
        b"[" * 3000,
    ),
]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**63, 10**30, 1.5, float("nan"), float("inf"), -0.0),
    *("", "x", "3", "\ud800", "\x00", "a\nb", "a" * 1000, "../../etc/passwd", "[/b]", "en", "xnli"),
    *([], {}, [[]], [None], {"a": 1}, ["x"], {"": ""}, {"0": "a", "1": "b"}),
]


def mutated(content: bytes, drawn: random.Random) -> bytes:
    """Return bytes with some cut out, doubled, flipped or put in."""
    changed = bytearray(content)
    for _ in range(drawn.choice((1, 1, 1, 2, 3, 8))):
        size = len(changed)
        at = drawn.randrange(size + 1)
        match drawn.randrange(6):
            case 0 if size:
                changed[at % size] ^= 1 << drawn.randrange(8)
            case 1:
                changed[at:at] = drawn.choice(PIECES) * drawn.choice((1, 1, 2, 30))
            case 2:
                del changed[at : at + drawn.choice((1, 1, 4, 50, 1000))]
            case 3:
                begin = drawn.randrange(size + 1)
                changed[at:at] = changed[begin : begin + drawn.choice((1, 10, 200))]
            case 4:
                del changed[at:]
            case _:
                piece = drawn.choice(PIECES)
                changed[at : at + len(piece)] = piece
    return bytes(changed)


def altered(value: Any, drawn: random.Random) -> Any:
    """Return a value of dicts and lists with parts replaced, taken out, doubled or renamed."""
    holder = {"value": copy.deepcopy(value)}
    for _ in range(drawn.choice((1, 1, 2, 4))):
        place: Any = holder
        key: Any = "value"
        for _ in range(drawn.randrange(9)):
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner:
                break
            place = inner
            key = drawn.choice(list(inner)) if isinstance(inner, dict) else _index(inner, drawn)
        _alter(place, key, drawn)
        if "value" not in holder:
            return _any(drawn)
    return holder["value"]


def _alter(place: Any, key: Any, drawn: random.Random) -> None:
    match drawn.randrange(5):
        case 0:
            del place[key]
        case 1 if isinstance(place, dict):
            place[drawn.choice(("x", "", "\ud800", "0", str(key).upper()))] = place[key]
        case 1:
            place.append(place[key])
        case 2 if isinstance(place[key], str):
            text = place[key].encode("utf-8", "surrogatepass")
            place[key] = mutated(text, drawn).decode("utf-8", "replace")
        case 3:
            deep: Any = place[key]
            for _ in range(drawn.choice((1, 3, 60))):
                deep = [deep] if drawn.random() < 0.5 else {"a": deep}
            place[key] = deep
        case _:
            place[key] = _any(drawn)


def _any(drawn: random.Random) -> Any:
    # A copy: what is done to it later must not reach the inputs that follow.
    return copy.deepcopy(drawn.choice(VALUES))


def _index(inner: list[Any], drawn: random.Random) -> int:
    return drawn.randrange(len(inner))
