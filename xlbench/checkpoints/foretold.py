"""What a checkpoint takes, told from its files' headers and its config before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlbench.checkpoints.config import parse_config, read_config
from xlbench.checkpoints.folders import weight_files
from xlbench.checkpoints.size import encoder_parameters, layer_parameters
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.checkpoints.stored_tensors import stored_tensors

_FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Foretold:
    """What is known of a checkpoint that was not loaded.

    Attributes:
        weights_bytes: in fp32, whatever the files hold; ``None``: not known.
        layer_parameters: those that each token is multiplied with; ``None``: not known.
    """

    weights_bytes: int | None
    layer_parameters: int | None


def foretold(spec: CheckpointSpec) -> Foretold:
    """Return what a resolved checkpoint takes.

    Raises:
        UserError: a file can't be read.
    """
    where = f"checkpoint {spec.entry!r}"
    if spec.folder is None:
        config = parse_config(spec.config or {}, where)
        parameters = encoder_parameters(config)
        weights = None if parameters is None else parameters * _FLOAT_BYTES
    else:
        folder = Path(spec.folder)
        config = read_config(folder, where)
        stored = (stored_tensors(file, where) for file in weight_files(folder, where))
        weights = _FLOAT_BYTES * sum(t.elements for tensors in stored for t in tensors.values())
    return Foretold(weights, layer_parameters(config))
