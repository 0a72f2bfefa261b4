"""Training over a real Ray of this machine; what needs no Ray is tested without it."""

import program
import pytest

from xlbench.cli import machines

from .toy import pair, write_plain, write_xtreme

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'xlbench[ray]'")

NODES = 2


@pytest.fixture
def cluster():
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    for _node in range(NODES):
        made.add_node(num_cpus=1)
    made.wait_for_nodes()
    yield made
    ray.shutdown()
    made.shutdown()


class LosesANode:
    """A display that kills a machine once all of them have begun a suite."""

    def __init__(self, cluster, out):
        self.cluster, self.out, self.lost = cluster, out, False

    def units(self, progress):
        if not self.lost and len(list(self.out.glob("*/.lock"))) == NODES:
            node = next(n for n in self.cluster.list_all_nodes() if n is not self.cluster.head_node)
            self.cluster.remove_node(node, allow_graceful=False)
            self.lost = True


def weights(out):
    return {
        str(file.relative_to(out)): file.read_bytes()
        for file in sorted(out.glob("*/*/model.safetensors"))
    }


def test_weights_and_catalogue_are_to_the_byte_those_without_ray_though_a_node_is_lost(
    cluster, toy_model, tmp_path, monkeypatch
):
    """On one processor here as there: on several, sums are made in another order."""
    write_plain(tmp_path / "intermediate", "mnli", pair, train=60, dev=10)
    write_xtreme(tmp_path)
    monkeypatch.chdir(tmp_path)
    asked = [toy_model, "--intermediate", "none,mnli", "--targets", "xnli,tatoeba"]
    asked += ["--data", ".", "--intermediate-data", "intermediate", "--max-steps", "4"]
    asked += ["--lr", "0.005", "--batch-size", "16", "--device", "cpu"]
    program.call("train", *asked, "--out", "alone")
    where = ["--engine", "ray", "--address", cluster.address]
    watch = LosesANode(cluster, tmp_path / "over-ray")
    monkeypatch.setattr(machines, "unit_bar", lambda: watch)
    program.call("train", *asked, "--out", "over-ray", *where)
    assert watch.lost
    cards = {f: f.stat().st_mtime_ns for f in tmp_path.glob("over-ray/*/*/training.json")}
    gone = tmp_path / "over-ray" / "base" / "xnli" / "training.json"
    gone.unlink()
    program.call("train", "--resume", "--out", "over-ray", *where)
    alone = weights(tmp_path / "alone")
    assert len(alone) == 3, "two heads and an encoder"
    assert weights(tmp_path / "over-ray") == alone
    files = [tmp_path / out / "checkpoints.yaml" for out in ("alone", "over-ray")]
    assert files[0].read_text() == files[1].read_text()
    again = [file for file, before in cards.items() if file.stat().st_mtime_ns != before]
    assert again == [gone], "what was whole was left as it is"
