"""Random weights: the true architecture, filled from a seed, without a download.

The values are the same on every device and, up to rounding, in every dtype, because they
are drawn on the CPU in float32, each parameter from a generator seeded with the seed and its
name within the encoder. So all tasks of a seed share one encoder, whatever head it has.
"""

from __future__ import annotations

import zlib
from typing import Any

import torch

from xlbench.checkpoints.spec import CheckpointSpec

_CHUNK = 1 << 22
_DEFAULT_STD = 0.02


def build(
    spec: CheckpointSpec, auto_class: str, device: torch.device, extra: dict[str, Any]
) -> torch.nn.Module:
    """Return a model with seeded weights on its device.

    Weights of matrices are normal with the configuration's ``initializer_range`` (0.02 without
    one), biases 0, weights of norms 1.

    Args:
        spec: with ``config``, ``labels`` and ``seed``.
        auto_class: name of the class of transformers that builds the model.
        device: where the parameters are made.
        extra: keyword arguments of ``from_config``.
    """
    import transformers
    from transformers.initialization import no_init_weights

    assert spec.config is not None
    rest = {key: value for key, value in spec.config.items() if key not in _REPLACED}
    config = transformers.AutoConfig.for_model(**rest)
    if spec.labels:
        config.id2label = dict(enumerate(spec.labels))
        config.label2id = {label: index for index, label in enumerate(spec.labels)}
    # Without this every weight would be drawn twice before it is drawn here.
    with no_init_weights(), device:
        model: torch.nn.Module = getattr(transformers, auto_class).from_config(config, **extra)
    fill(model, spec.seed, float(getattr(config, "initializer_range", _DEFAULT_STD)))
    return model


_REPLACED = (
    "id2label",
    "label2id",
    "num_labels",
    "architectures",
    "problem_type",
    "dtype",
    "torch_dtype",
    "auto_map",
    "transformers_version",
)


@torch.no_grad()
def fill(model: torch.nn.Module, seed: int, std: float) -> None:
    """Fill all parameters from a seed, in place."""
    prefix = getattr(model, "base_model_prefix", "") + "."
    buffer = torch.empty(_CHUNK)
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            parameter.zero_()
        elif parameter.dim() < 2:
            parameter.fill_(1.0)
        else:
            own = f"{seed} {name.removeprefix(prefix)}".encode()
            generator = torch.Generator().manual_seed(zlib.crc32(own))
            # Chunks keep the peak of memory at that of the weights themselves.
            flat = parameter.view(-1)
            for first in range(0, len(flat), _CHUNK):
                part = flat[first : first + _CHUNK]
                part.copy_(buffer[: len(part)].normal_(0.0, std, generator=generator))
