import pytest
import torch

from xlbench.errors import UserError
from xlbench.session.model import Model
from xlbench.session.quantised import check_int8, quantised


def model():
    torch.manual_seed(0)
    layers = torch.nn.Sequential(
        torch.nn.Embedding(50, 32), torch.nn.Linear(32, 64), torch.nn.GELU(), torch.nn.Linear(64, 4)
    )
    size = 4 * sum(p.numel() for p in layers.parameters())
    return Model(layers.eval().requires_grad_(False), None, ("a",), size)


@pytest.fixture(autouse=True)
def there():
    try:
        check_int8(torch.device("cpu"))
    except UserError as error:
        pytest.skip(str(error))


def test_linear_layers_become_small_and_stay_near():
    exact, ids = model(), torch.arange(50)[None]
    theirs = exact.model(ids)
    found = quantised(exact)
    ours = found.model(ids)
    worst = float((ours - theirs).abs().max())
    assert 0 < worst < 0.05 * float(theirs.abs().max())
    weights, biases = 32 * 64 + 64 * 4, 4 * (64 + 4)
    assert found.weights_bytes == 4 * 50 * 32 + weights + biases
    assert found.labels == ("a",)


def test_a_gpu_is_refused():
    with pytest.raises(UserError, match="runs on a CPU only, not on cuda:0"):
        check_int8(torch.device("cuda:0"))


def test_a_torch_without_it_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr("xlbench.session.quantised._quantize_dynamic", lambda: None)
    with pytest.raises(UserError, match="runtime=onnxruntime or openvino"):
        check_int8(torch.device("cpu"))
