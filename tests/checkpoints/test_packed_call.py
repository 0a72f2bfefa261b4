import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.checkpoints import packed_attention
from xlbench.checkpoints.heads import HEADS
from xlbench.checkpoints.packed_call import PackedCall
from xlbench.checkpoints.uniform_call import UniformCall
from xlbench.encode.collate import collate
from xlbench.encode.joined import join
from xlbench.encode.window import Window
from xlbench.errors import UserError

SIZES = {
    "vocab_size": 60,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 48,
}
CONFIGS = {
    "bert": lambda: transformers.BertConfig(**SIZES, pad_token_id=0),
    "xlm-roberta": lambda: transformers.XLMRobertaConfig(**SIZES, pad_token_id=1),
}
CLASSES = {
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "encoder": "AutoModel",
}
CPU = torch.device("cpu")


def model(family, head, dtype=torch.float32):
    torch.manual_seed(7)
    config = CONFIGS[family]()
    config.num_labels = 2 if head == "question-answering" else 5
    made = getattr(transformers, CLASSES[head]).from_config(config)
    # As trained ones: with what the first draw leaves, all tokens are nearly alike.
    for parameter in made.parameters():
        parameter.data.normal_(0.0, 0.2)
    return made.to(dtype).eval()


@pytest.fixture(scope="module")
def calls():
    """Padded and packed calls of the same weights, by family, head and pooling."""
    found = {}
    for family in CONFIGS:
        for head in HEADS:
            for pooling in ("mean", "cls") if head == "encoder" else ("mean",):
                padded = UniformCall(model(family, head), head, 2, pooling)
                packed = PackedCall(UniformCall(model(family, head), head, 2, pooling))
                found[family, head, pooling] = padded, packed
    return found


def windows_of(lengths, segments):
    draw = torch.Generator().manual_seed(sum(lengths))
    made = []
    for row, length in enumerate(lengths):
        ids = torch.randint(5, 60, (length,), generator=draw, dtype=torch.int32).numpy()
        types = (torch.arange(length) > length // 2).to(torch.int32).numpy()
        made.append(Window(row, ids, types if segments else None))
    return made


def run_padded(call, windows, pad_id):
    arrays = collate(windows, max(w.length for w in windows) + 3, pad_id)
    types = None if arrays.type_ids is None else torch.from_numpy(arrays.type_ids)
    return call(torch.from_numpy(arrays.ids), torch.from_numpy(arrays.mask), types)


def run_packed(call, windows):
    joined = join(windows)
    types = None if joined.type_ids is None else torch.from_numpy(joined.type_ids)
    ids, positions, starts = map(torch.from_numpy, (joined.ids, joined.positions, joined.starts))
    return call(ids, positions, starts, joined.runs, types)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_packed_rows_bring_what_padded_ones_bring_for_every_head_and_family(calls, lengths):
    for (family, head, _), (padded, packed) in calls.items():
        windows = windows_of(lengths, segments=family == "bert")
        with torch.inference_mode():
            expected = run_padded(padded, windows, pad_id=CONFIGS[family]().pad_token_id)
            found = run_packed(packed, windows)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            if head in ("token-classification", "question-answering"):
                other = torch.cat([other[row, :length] for row, length in enumerate(lengths)])
            torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_a_joined_batch_holds_every_row_once_and_counts_positions_from_its_own_first(lengths):
    windows = windows_of(lengths, segments=True)
    joined = join(windows)
    assert [length for count, length in joined.runs for _ in range(count)] == lengths
    for row, window in enumerate(windows):
        own = slice(*joined.starts[row : row + 2])
        assert joined.ids[0, own].tolist() == window.ids.tolist()
        assert joined.type_ids[0, own].tolist() == window.type_ids.tolist()
        assert joined.positions[0, own].tolist() == list(range(window.length))


def test_half_precision_stays_near_single(calls):
    windows = windows_of([5, 9, 9, 20], segments=False)
    half = UniformCall(model("xlm-roberta", "encoder", torch.bfloat16), "encoder", 2)
    with torch.inference_mode():
        (expected,) = run_packed(calls["xlm-roberta", "encoder", "mean"][1], windows)
        (found,) = run_packed(PackedCall(half), windows)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=0.1, rtol=0.1)


def test_a_gpu_s_half_precision_goes_through_the_kernel_for_rows_of_any_length(monkeypatch):
    told = {}

    def kernel(query, key, value, starts, starts_of_keys, longest, longest_of_keys):
        told.update(shape=tuple(query.shape), starts=starts.tolist(), longest=longest)
        assert starts is starts_of_keys and longest == longest_of_keys
        return packed_attention._by_length(query, key, value, ((1, 5), (2, 7)), None)

    monkeypatch.setattr(packed_attention, "_varlen_attn", lambda: kernel)
    monkeypatch.setattr(packed_attention, "way", lambda *_: packed_attention.VARLEN)
    windows = windows_of([5, 7, 7], segments=False)
    padded = UniformCall(model("xlm-roberta", "encoder"), "encoder", 1)
    packed = PackedCall(UniformCall(model("xlm-roberta", "encoder"), "encoder", 1))
    with torch.inference_mode():
        (found,) = run_packed(packed, windows)
        (expected,) = run_padded(padded, windows, pad_id=1)
    assert told == {"shape": (19, 4, 8), "starts": [0, 5, 12, 19], "longest": 7}
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("device", "dtype", "capability", "there", "expected"),
    [
        ("cpu", torch.bfloat16, None, True, packed_attention.BY_LENGTH),
        ("cuda", torch.float32, (9, 0), True, packed_attention.BY_LENGTH),
        ("cuda", torch.bfloat16, (9, 0), True, packed_attention.VARLEN),
        ("cuda", torch.float16, (8, 0), True, packed_attention.VARLEN),
        ("cuda", torch.float16, (7, 5), True, packed_attention.BY_LENGTH),
        ("cuda", torch.float16, (9, 0), False, packed_attention.BY_LENGTH),
    ],
)
def test_which_kernel_attends_is_told(monkeypatch, device, dtype, capability, there, expected):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(packed_attention, "_varlen_attn", lambda: print if there else None)
    assert packed_attention.way(torch.device(device), dtype, 64) == expected


def test_a_model_that_mixes_tokens_elsewhere_is_refused():
    config = transformers.DebertaV2Config(
        vocab_size=60, hidden_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    call = UniformCall(transformers.AutoModel.from_config(config), "encoder", 1)
    with pytest.raises(UserError, match=r"bert.*xlm-roberta.*deberta-v2.*padding=bucket"):
        PackedCall(call)
