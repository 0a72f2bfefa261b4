import torch

from xlbench.session.room import Room


def test_tensors_come_back_as_they_were_put_there():
    room = Room(4096)
    given = [
        torch.arange(7, dtype=torch.float32).reshape(7, 1),
        torch.ones(3, dtype=torch.bfloat16),
        torch.zeros(0, 5),
        torch.arange(5).to(torch.int64),
    ]
    spots = [room.put(tensor) for tensor in given]
    assert not any(isinstance(spot, torch.Tensor) for spot in spots)
    for tensor, spot in zip(given, spots, strict=True):
        assert torch.equal(room.at(spot), tensor) and room.at(spot).dtype == tensor.dtype
        given[0][0] = -1.0 if tensor is given[-1] else given[0][0]  # copies, not views


def test_what_there_is_no_room_for_stays_a_tensor_and_what_is_smaller_still_fits():
    room = Room(256)
    large, small = torch.ones(100), torch.ones(10)
    spots = room.put(large), room.put(small)
    assert isinstance(spots[0], torch.Tensor) and not isinstance(spots[1], torch.Tensor)
    large[0] = 2.0
    assert room.at(spots[0])[0] == 1.0
    room.clear()
    assert room.put(torch.zeros(10))[0] == 0, "from the beginning again"
