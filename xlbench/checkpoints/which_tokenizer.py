"""Which tokenizer a checkpoint gets when its own is not beside its weights."""

from __future__ import annotations

from dataclasses import dataclass

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.fetch import Hub
from xlbench.checkpoints.folders import EMBEDDED, has_tokenizer, local
from xlbench.checkpoints.hub_errors import HubError
from xlbench.errors import UserError
from xlbench.flags import Flag
from xlbench.printable import shown


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A local folder with a tokenizer, and what to say about it."""

    folder: str
    commit: str | None = None
    flags: tuple[Flag, ...] = ()
    warnings: tuple[str, ...] = ()


def given_tokenizer(folder: str | None) -> Tokenizer | None:
    """Return the tokenizer of the option ``tokenizer=PATH``, ``None`` without the option.

    Raises:
        UserError: there is no tokenizer in the folder.
    """
    if folder is None:
        return None
    path = local(folder)
    if path is None or not has_tokenizer(path):
        raise UserError(
            f"tokenizer={shown(folder)}: expected a folder with a tokenizer "
            "(tokenizer.json, sentencepiece.bpe.model or vocab.txt)"
        )
    return Tokenizer(str(path.resolve()))


def find_tokenizer(catalogue: Catalogue, entry: Entry, revision: str | None, hub: Hub) -> Tokenizer:
    """Return the entry's tokenizer from a folder, the cache or the Hub; else the embedded one.

    An entry that names another one's tokenizer takes that, so that it is downloaded once.
    """
    origins = [(entry.path, entry.hub, revision)]
    other = catalogue.entries.get(entry.tokenizer or "")
    if other is not None:
        origins.insert(0, (other.path, other.hub, other.revision))
    elif entry.tokenizer is not None:
        origins.insert(0, (entry.tokenizer, None, None))
    for folder, _, _ in origins:
        path = None if folder is None else local(folder)
        if path is not None and has_tokenizer(path):
            return Tokenizer(str(path))
    online = [(repo, commit) for _, repo, commit in origins if repo and commit]
    for repo, commit in online:
        cached = hub.cached_tokenizer(repo, commit)
        if cached is not None:
            return Tokenizer(cached.folder, cached.commit)
    problem = "it has none."
    for repo, commit in online:
        try:
            got = hub.tokenizer(entry.name, repo, commit)
        except UserError as error:
            problem = error.problem if isinstance(error, HubError) else str(error)
        else:
            return Tokenizer(got.folder, got.commit)
    warning = (
        f"checkpoint {entry.name!r}: its tokenizer is not here: {problem} The embedded one takes "
        "its place, so lengths and latencies are not those of the real one. Pass tokenizer=PATH."
    )
    return Tokenizer(str(EMBEDDED), None, (Flag.SUBSTITUTE_TOKENIZER,), (warning,))
