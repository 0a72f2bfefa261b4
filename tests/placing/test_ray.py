"""Over a real Ray cluster of two simulated nodes; what needs no Ray is tested without it."""

import pytest

import xlbench
from xlbench.api.measuring import measured, no_display, settings_of
from xlbench.errors import UserError
from xlbench.placing.ray_cluster import connected

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'xlbench[ray]'")


@pytest.fixture(scope="module")
def address():
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    for _node in range(2):
        cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster.address
    ray.shutdown()
    cluster.shutdown()


def test_a_cluster_that_does_not_answer_is_said(monkeypatch):
    def refuse(**_):
        raise ConnectionError("Could not find any running Ray instance.")

    monkeypatch.setattr(ray, "init", refuse)
    with (
        pytest.raises(UserError, match=r"--address auto: no Ray cluster answers there .*ray start"),
        connected("auto"),
    ):
        pass


def test_cells_come_from_nodes_and_a_failing_unit_does_not_stop_the_others(address, tmp_path):
    told = []

    class Watch:
        def units(self, progress):
            told.append(progress)

    settings = settings_of(
        ["base@device=cpu,threads=1"],
        None,
        tasks=("xnli", "tatoeba"),
        languages=("de",),
        budget_s=0.1,
        engine="ray",
    )
    result = measured(
        settings,
        tmp_path / "out",
        display=no_display,
        warn=told.append,
        command="test",
        address=address,
        watch=Watch(),
    ).result
    assert [row["status"] for row in result.cells] == ["ok"] * 4
    assert all(row["node"] and row["unit"] and row["machine"] for row in result.cells)
    assert all(row["cpus"] == 1 for row in result.cells), "a processor of its own"
    assert (told[0].places.nodes, told[0].places.devices, told[0].total) == (2, 2, 2)
    assert xlbench.load(tmp_path / "out").cells().to_arrow().num_rows == 4
