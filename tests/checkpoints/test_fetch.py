import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import HubServer, Repository

from xlbench.checkpoints.fetch import Hub
from xlbench.checkpoints.hub_errors import Unreachable
from xlbench.errors import UserError

from .conftest import Folder, files_of

REPO, COMMIT = "owner/model", "a" * 40
WAY_OUT = "--ckpt ./FOLDER"


@pytest.fixture
def served(hub: HubServer, folder: Folder) -> HubServer:
    hub.repositories[REPO] = Repository(files_of(folder("origin")))
    return hub


@pytest.fixture
def client(served: HubServer, tmp_path: Path) -> Hub:
    return Hub(str(tmp_path / "cache"), served.endpoint)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)


def refusal(client: Hub, repo: str = REPO, revision: str = COMMIT) -> str:
    with pytest.raises(UserError) as caught:
        client.checkpoint("mine", repo, revision)
    message = str(caught.value)
    assert "'mine'" in message and repo in message and revision in message
    return message


def test_all_files_arrive_as_they_are_on_the_hub(client: Hub, served: HubServer) -> None:
    snapshot = client.checkpoint("mine", REPO, COMMIT)
    assert snapshot.commit == COMMIT
    assert files_of(Path(snapshot.folder)) == served.repositories[REPO].files


def test_a_branch_is_recorded_as_the_commit_that_was_got(client: Hub) -> None:
    assert client.checkpoint("mine", REPO, "main").commit == COMMIT


def test_pickles_and_code_are_not_downloaded(client: Hub, served: HubServer) -> None:
    unwanted = {
        "pytorch_model.bin": b"pickle",
        "modeling_own.py": b"code",
        "README.md": b"text",
        "onnx/model.safetensors": b"other",
        "model.fp16.safetensors": b"other",
    }
    served.repositories[REPO].files |= unwanted
    folder = Path(client.checkpoint("mine", REPO, COMMIT).folder)
    assert not set(unwanted) & {str(p.relative_to(folder)) for p in folder.rglob("*")}
    assert not any(served.downloads(name) for name in unwanted)


def test_a_cached_commit_needs_no_network(client: Hub, served: HubServer, tmp_path: Path) -> None:
    client.checkpoint("mine", REPO, COMMIT)
    again = Hub(str(tmp_path / "cache"), "http://127.0.0.1:9")
    assert again.checkpoint("mine", REPO, COMMIT).commit == COMMIT


def test_a_checkpoint_is_downloaded_and_verified_once_a_process(
    client: Hub, served: HubServer
) -> None:
    first = client.checkpoint("mine", REPO, COMMIT)
    served.requests.clear()
    assert client.checkpoint("mine", REPO, COMMIT) == first
    assert not served.requests


def test_a_download_that_breaks_off_is_resumed(
    client: Hub, served: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1024)
    served.cut["model.safetensors"] = 1
    snapshot = client.checkpoint("mine", REPO, COMMIT)
    assert files_of(Path(snapshot.folder)) == served.repositories[REPO].files
    assert served.ranges, "the second half was not asked for with a Range"


def test_a_download_that_never_gets_through_says_so(client: Hub, served: HubServer) -> None:
    served.replaced["model.safetensors"] = b""
    message = refusal(client)
    assert "model.safetensors broke off" in message and WAY_OUT in message


def test_wrong_bytes_of_the_right_length_are_noticed(client: Hub, served: HubServer) -> None:
    true = served.repositories[REPO].files["model.safetensors"]
    served.replaced["model.safetensors"] = true[:-1] + bytes([true[-1] ^ 1])
    assert "wrong checksum" in refusal(client)


def test_wrong_bytes_do_not_stay_in_the_cache(
    client: Hub, served: HubServer, tmp_path: Path
) -> None:
    true = served.repositories[REPO].files["model.safetensors"]
    served.replaced["model.safetensors"] = true[:-1] + bytes([true[-1] ^ 1])
    refusal(client)
    served.replaced.clear()
    healthy = Hub(str(tmp_path / "cache"), served.endpoint).checkpoint("mine", REPO, COMMIT)
    assert (Path(healthy.folder) / "model.safetensors").read_bytes() == true


def test_a_branch_comes_from_the_cache_when_the_network_is_gone(
    client: Hub, tmp_path: Path
) -> None:
    client.checkpoint("mine", REPO, "main")
    again = Hub(str(tmp_path / "cache"), "http://127.0.0.1:9")
    assert again.checkpoint("mine", REPO, "main").commit == COMMIT


def test_a_branch_that_moved_is_followed(client: Hub, served: HubServer, tmp_path: Path) -> None:
    client.checkpoint("mine", REPO, "main")
    served.repositories[REPO].commit = "c" * 40
    again = Hub(str(tmp_path / "cache"), served.endpoint)
    assert again.checkpoint("mine", REPO, "main").commit == "c" * 40


def test_damage_in_the_cache_is_noticed(client: Hub, served: HubServer, tmp_path: Path) -> None:
    file = Path(client.checkpoint("mine", REPO, COMMIT).folder) / "model.safetensors"
    blob = file.resolve()
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    assert "wrong checksum" in refusal(Hub(str(tmp_path / "cache"), served.endpoint))


def test_a_missing_repository_is_told_from_a_missing_revision(client: Hub) -> None:
    assert "no such repository (HTTP 404)" in refusal(client, repo="owner/other")
    assert "no such revision (HTTP 404)" in refusal(client, revision="b" * 40)


@pytest.mark.parametrize("status", [401, 403])
def test_a_denied_checkpoint_asks_for_a_token(client: Hub, served: HubServer, status: int) -> None:
    served.status["/api/models"] = status
    message = refusal(client)
    assert f"HTTP {status}" in message and "HF_TOKEN" in message and WAY_OUT in message


def test_a_file_that_is_gone_is_named(client: Hub, served: HubServer) -> None:
    served.status["resolve/" + COMMIT + "/config.json"] = 404
    assert "config.json is not there (HTTP 404)" in refusal(client)


def test_an_error_of_the_server_is_no_fault_of_the_user(client: Hub, served: HubServer) -> None:
    served.status["/api/models"] = 500
    assert "HTTP 500" in refusal(client)


def test_pickled_weights_only_are_refused_before_a_download(client: Hub, served: HubServer) -> None:
    files = served.repositories[REPO].files
    files["pytorch_model.bin"] = files.pop("model.safetensors")
    message = refusal(client)
    assert "pytorch_model.bin" in message and "safetensors only" in message
    assert not served.downloads("config.json")


def test_a_refused_connection_is_tried_once_a_process(tmp_path: Path) -> None:
    client = Hub(str(tmp_path), "http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="can't be reached") as first:
        client.checkpoint("one", REPO, COMMIT)
    client._endpoint = "http://not-asked.invalid"
    with pytest.raises(Unreachable) as second:
        client.tokenizer("two", REPO, COMMIT)
    assert second.value.problem == first.value.problem
    assert "--weights random" in str(second.value)


def test_offline_mode_takes_the_cache_and_nothing_else(
    client: Hub, served: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.checkpoint("mine", REPO, "main")
    served.requests.clear()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert Hub(str(tmp_path / "cache"), served.endpoint).checkpoint("mine", REPO, "main").commit
    assert "HF_HUB_OFFLINE" in refusal(Hub(str(tmp_path / "empty"), served.endpoint))
    assert not served.requests


def test_an_incomplete_snapshot_is_completed(
    client: Hub, served: HubServer, tmp_path: Path
) -> None:
    client.tokenizer("mine", REPO, COMMIT)
    assert not served.downloads("model.safetensors")
    snapshot = client.checkpoint("mine", REPO, COMMIT)
    assert (Path(snapshot.folder) / "model.safetensors").exists()


def test_the_cached_tokenizer_is_found_without_a_request(client: Hub, served: HubServer) -> None:
    assert client.cached_tokenizer(REPO, COMMIT) is None
    assert not served.requests
    got = client.tokenizer("mine", REPO, COMMIT)
    assert client.cached_tokenizer(REPO, COMMIT) == got


def test_cached_weights_without_a_tokenizer_do_without_network(
    client: Hub, served: HubServer, tmp_path: Path
) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        del served.repositories[REPO].files[name]
    client.checkpoint("mine", REPO, COMMIT)
    again = Hub(str(tmp_path / "cache"), "http://127.0.0.1:9")
    assert again.checkpoint("mine", REPO, COMMIT).commit == COMMIT


def test_weights_come_last_so_that_their_presence_means_completeness(
    client: Hub, served: HubServer
) -> None:
    client.checkpoint("mine", REPO, COMMIT)
    order = [request for request in served.requests if request.startswith("GET")]
    assert order[-1].endswith("model.safetensors")


def test_sharded_weights_arrive_whole(client: Hub, served: HubServer) -> None:
    files = served.repositories[REPO].files
    weights = files.pop("model.safetensors")
    names = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    files |= dict.fromkeys(names, weights)
    files["model.safetensors.index.json"] = b'{"weight_map": {"a": "%s", "b": "%s"}}' % tuple(
        n.encode() for n in names
    )
    folder = Path(client.checkpoint("mine", REPO, COMMIT).folder)
    assert all((folder / name).read_bytes() == weights for name in names)


def test_the_environment_of_the_client_is_honoured(served: HubServer, tmp_path: Path) -> None:
    code = (
        "from xlbench.checkpoints.fetch import Hub;"
        f"print(Hub().checkpoint('mine', {REPO!r}, {COMMIT!r}).folder)"
    )
    env = {
        **os.environ,
        "HF_ENDPOINT": served.endpoint,
        "HF_HUB_CACHE": str(tmp_path / "own"),
        "HF_HUB_DISABLE_XET": "1",
    }
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "own"))


def test_a_token_in_the_endpoint_is_never_printed(tmp_path: Path) -> None:
    client = Hub(str(tmp_path / "cache"), "http://user:hf_SECRET@127.0.0.1:9")
    with pytest.raises(UserError) as caught:
        client.checkpoint("m", "a/b", "main")
    assert "from http://***@127.0.0.1:9" in str(caught.value)
    assert "hf_SECRET" not in str(caught.value)
