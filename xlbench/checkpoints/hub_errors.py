"""What went wrong with the Hub, in words that tell a user what to do."""

from __future__ import annotations

from xlbench.errors import UserError

WAYS_OUT = "Use a local copy (--ckpt ./FOLDER), or measure without its weights (--weights random)."
_CONNECTION = (
    "ConnectError",
    "ConnectTimeout",
    "ReadTimeout",
    "PoolTimeout",
    "ProxyError",
    "ConnectionError",
    "NetworkError",
    "OfflineModeIsEnabled",
    "LocalEntryNotFoundError",
)
_CUT = ("RemoteProtocolError", "ReadError", "IncompleteRead", "ChunkedEncodingError")


class HubError(UserError):
    """A file can't be had from the Hub.

    Attributes:
        problem: what happened and what to do about it, without the name of the checkpoint.
    """

    def __init__(self, where: str, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{where}: {problem} {WAYS_OUT}")


class Unreachable(HubError):
    """The Hub can't be reached at all: trying again for the next file is a waste of time."""


def explain(error: BaseException, file: str | None, where: str) -> HubError:
    """Return the error for the user.

    Exceptions are told apart by status code and class name, because the client changed its
    HTTP library more than once.

    Args:
        error: what the client raised.
        file: the file that was asked for; ``None`` for the list of files.
        where: the checkpoint, repository, revision and endpoint.
    """
    chain = _chain(error)
    names = {cls.__name__ for e in chain for cls in type(e).__mro__}
    status = next((s for e in chain if (s := _status(e)) is not None), None)
    what = "the list of its files" if file is None else file
    detail = " ".join(str(chain[-1]).split())[:160] or type(chain[-1]).__name__
    if status in (401, 403):
        return HubError(
            where,
            f"access to {what} was denied (HTTP {status}): it is private or gated, or does not "
            "exist. Accept its conditions on the Hub and set HF_TOKEN to a token that may read it.",
        )
    if "RevisionNotFoundError" in names:
        return HubError(where, "there is no such revision (HTTP 404). Correct `revision`.")
    if "RepositoryNotFoundError" in names:
        return HubError(where, "there is no such repository (HTTP 404). Correct `hub`.")
    if status == 404:
        return HubError(where, f"{what} is not there (HTTP 404).")
    if "OfflineModeIsEnabled" in names:
        return Unreachable(
            where, f"{what} is not in the cache, and HF_HUB_OFFLINE forbids a download."
        )
    if status is not None:
        return HubError(where, f"the Hub answered HTTP {status} for {what}. Try again later.")
    if names & set(_CUT) or "Consistency check" in str(error):
        return HubError(
            where,
            f"the download of {what} broke off ({detail}). Run again: complete files are kept.",
        )
    if names & set(_CONNECTION):
        return Unreachable(
            where, f"the Hub can't be reached ({detail}). Check the network and HF_ENDPOINT."
        )
    return HubError(where, f"{what} could not be downloaded ({detail}).")


def _chain(error: BaseException) -> list[BaseException]:
    chain, following = [error], error.__cause__ or error.__context__
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    return chain


def _status(error: BaseException) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None
