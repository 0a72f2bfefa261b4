import pytest

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.positions import cut_at, longest_row
from xlbench.checkpoints.resolve import Unsupported, resolve
from xlbench.tasks.catalogue import TASKS

from .conftest import Folder

TATOEBA, XQUAD, UDPOS = (TASKS[name] for name in ("tatoeba", "xquad", "udpos"))


def test_a_row_is_as_long_as_task_and_model_allow() -> None:
    assert longest_row(TATOEBA, 510) == 510
    assert longest_row(TATOEBA, 8192) == longest_row(TATOEBA, None) == TATOEBA.max_length
    assert longest_row(UDPOS, 510) == UDPOS.max_length


def test_a_cut_is_told_before_anything_is_measured(catalogue: Catalogue, folder: Folder) -> None:
    path = folder(architecture="XLMRobertaModel", max_position_embeddings=512, pad_token_id=1)
    spec = resolve(catalogue, str(path), "tatoeba")
    assert spec.positions == 510 and spec.flags == ("cut-positions",)
    (warning,) = spec.warnings
    assert "510 positions, tatoeba asks for rows of up to 512" in warning


def test_enough_positions_are_not_worth_a_word() -> None:
    assert cut_at(512, TATOEBA, "m") == cut_at(None, TATOEBA, "m") == ((), ())


@pytest.mark.parametrize(("positions", "task"), [(127, XQUAD), (15, TATOEBA), (1, UDPOS)])
def test_positions_that_leave_no_room_are_refused(positions: int, task) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unsupported, match=f"its model has {positions} positions") as caught:
        cut_at(positions, task, "m")
    assert "--weights random" not in str(caught.value)
