"""A server on loopback that answers as the Hub does, and misbehaves when told to.

Files ending in ``.safetensors`` are large files: ``resolve`` redirects to another path, and
the linked ETag is their SHA-256. All others are answered at once.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Repository:
    """Files of one commit, and the branch that points to it."""

    files: dict[str, bytes]
    commit: str = "a" * 40
    branches: tuple[str, ...] = ("main",)


@dataclass
class HubServer:
    """Serves repositories until closed.

    Attributes:
        repositories: by ``owner/name``.
        status: answer with this status code where the path contains the key.
        cut: files whose next so many downloads break off half way.
        replaced: bytes to send for a file in place of its own.
        requests: counts of ``METHOD path``; ``ranges``: the Range headers that came.
    """

    repositories: dict[str, Repository] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    cut: Counter[str] = field(default_factory=Counter)
    replaced: dict[str, bytes] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)

    def __enter__(self) -> HubServer:
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def downloads(self, file: str) -> int:
        """Return how often the bytes of a file were asked for."""
        return sum(n for r, n in self.requests.items() if r.startswith("GET") and r.endswith(file))


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.hub.requests[f"{self.command} {self.path}"] += 1
        for part, status in self.hub.status.items():
            if part in self.path:
                return self._fail(status, {401: "RepoNotFound", 403: "GatedRepo"}.get(status, ""))
        path = self.path.partition("?")[0]
        owner_first = re.sub("^(/api)?(/cdn|/models|/datasets)?/", "", path)
        owner, name, what, revision, *rest = [*owner_first.split("/"), "", "", ""]
        repository = self.hub.repositories.get(f"{owner}/{name}")
        if repository is None:
            return self._fail(404, "RepoNotFound")
        if revision != repository.commit and revision not in repository.branches:
            return self._fail(404, "RevisionNotFound")
        if what == "tree":
            return self._list(repository)
        if self.path.startswith("/api/"):
            return self._describe(f"{owner}/{name}", repository)
        file = "/".join(part for part in rest if part)
        if file not in repository.files:
            return self._fail(404, "EntryNotFound")
        return self._file(repository, file, redirect=not self.path.startswith("/cdn"))

    def _describe(self, name: str, repository: Repository) -> None:
        body = json.dumps(
            {
                "_id": "0",
                "id": name,
                "modelId": name,
                "sha": repository.commit,
                "private": False,
                "tags": [],
                "downloads": 0,
                "likes": 0,
                "siblings": [{"rfilename": file} for file in repository.files],
            }
        ).encode()
        self._send(200, body, {"Content-Type": "application/json"})

    def _list(self, repository: Repository) -> None:
        files = [
            {"type": "file", "path": name, "oid": hashlib.sha1(true).hexdigest(), "size": len(true)}
            for name, true in repository.files.items()
        ]
        self._send(200, json.dumps(files).encode(), {"Content-Type": "application/json"})

    def _file(self, repository: Repository, file: str, redirect: bool) -> None:
        true = repository.files[file]
        headers = {
            "X-Repo-Commit": repository.commit,
            "ETag": f'"{hashlib.sha1(true).hexdigest()}"',
        }
        if file.endswith(".safetensors"):
            headers["X-Linked-Etag"] = f'"{hashlib.sha256(true).hexdigest()}"'
            headers["X-Linked-Size"] = str(len(true))
            if redirect:
                headers["Location"] = "/cdn" + self.path
                return self._send(302, b"", headers)
        body, status = self.hub.replaced.get(file, true), 200
        wanted = self.headers.get("Range")
        if wanted is not None:
            self.hub.ranges.append(wanted)
            first = int(wanted.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
            body, status = body[first:], 206
        breaks = self.command == "GET" and self.hub.cut[file] > 0
        if breaks:
            self.hub.cut[file] -= 1
        self._send(status, body, headers, len(body) // 2 if breaks else None)

    def _fail(self, status: int, code: str) -> None:
        self._send(status, b"", {"X-Error-Code": code, "X-Error-Message": code})

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], stop_after: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body if stop_after is None else body[:stop_after])
        if stop_after is not None:
            self.wfile.flush()
            self.close_connection = True
