import pytest
import torch

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.loading import load
from xlbench.checkpoints.random_weights import fill
from xlbench.checkpoints.resolve import resolve

CPU = torch.device("cpu")


def weights(
    catalogue: Catalogue, task: str, seed: int, dtype: str = "fp32"
) -> dict[str, torch.Tensor]:
    spec = resolve(catalogue, "base", task, weights="random", seed=seed)
    return load(spec, device=CPU, dtype=dtype, attn=None).model.state_dict()


def test_a_seed_gives_the_same_weights_again(catalogue: Catalogue) -> None:
    first, second = weights(catalogue, "xnli", 1), weights(catalogue, "xnli", 1)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_another_seed_gives_other_weights(catalogue: Catalogue) -> None:
    first, second = weights(catalogue, "xnli", 1), weights(catalogue, "xnli", 2)
    matrices = [name for name in first if first[name].dim() > 1]
    assert not any(torch.equal(first[name], second[name]) for name in matrices)


def test_half_precision_rounds_the_same_weights(catalogue: Catalogue) -> None:
    full, half = weights(catalogue, "xnli", 1), weights(catalogue, "xnli", 1, "bf16")
    assert all(torch.equal(full[name].bfloat16(), half[name]) for name in full)


def test_all_tasks_of_a_seed_share_one_encoder(catalogue: Catalogue) -> None:
    name = "encoder.layer.1.output.dense.weight"
    found = [
        next(w for key, w in weights(catalogue, task, 1).items() if key.endswith(name))
        for task in ("xnli", "udpos", "xquad", "tatoeba")
    ]
    assert all(torch.equal(found[0], other) for other in found)


def test_norms_are_one_biases_zero_and_matrices_as_spread_as_asked() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(300, 300), torch.nn.LayerNorm(300))
    fill(model, 0, 0.02)
    assert torch.equal(model[1].weight, torch.ones(300))
    assert torch.equal(model[0].bias, torch.zeros(300))
    assert float(model[0].weight.detach().std()) == pytest.approx(0.02, rel=0.05)
    assert float(model[0].weight.detach().mean()) == pytest.approx(0.0, abs=0.001)


def test_a_weight_larger_than_a_chunk_is_filled_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xlbench.checkpoints.random_weights._CHUNK", 64)
    model = torch.nn.Linear(10, 100, bias=False)
    torch.nn.init.zeros_(model.weight)
    fill(model, 0, 0.02)
    assert int((model.weight == 0).sum()) == 0


def test_the_random_state_of_the_process_is_left_alone(catalogue: Catalogue) -> None:
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    weights(catalogue, "xnli", 1)
    assert torch.equal(torch.rand(4), expected)
