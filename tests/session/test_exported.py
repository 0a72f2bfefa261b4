"""Exports: which one is taken, and that what it computes is what the model computes."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_heads import batches, model

from xlbench.checkpoints.identity import Identity
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.errors import UserError
from xlbench.session.exported import entry as entries
from xlbench.session.exported.derived import quantise, to_openvino
from xlbench.session.exported.entry import Entry, entry_for, key_of, vnni
from xlbench.session.exported.model import exported_model
from xlbench.session.exported.onnx_file import ONNX, export
from xlbench.session.runtimes import Wanted, runtime_named
from xlbench.workers.protocol import Load

CPU = torch.device("cpu")
SPEC = CheckpointSpec("toy", "tatoeba", "encoder", "bert", None, {}, "random", 0, "nowhere")
LOAD = Load(SPEC, "fp32", None, "onnxruntime")


def needs(*modules):
    lacking = [name for name in modules if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(lacking), reason=f"{', '.join(lacking)} not installed")


@pytest.fixture
def identified(monkeypatch):
    """Identity is that of the files; there are none."""
    said = Identity("a" * 64, None, "b" * 64, "c" * 64, 7, 1, 16)
    monkeypatch.setattr(entries, "identity_of", lambda spec: said)
    return said


@pytest.fixture
def programs(identified, monkeypatch, tmp_path):
    """Programs that make exports, as calls; returns what was called with which arguments."""
    monkeypatch.setenv("XLBENCH_CACHE", str(tmp_path / "cache"))
    called = []

    def made_by(program, what, folder, *arguments):
        called.append((program.rpartition(".")[2], *arguments[1:]))
        for file in folder.iterdir():
            file.unlink()
        (folder / "model").write_text(program)
        return {"inputs": ["input_ids", "attention_mask"], "weights_bytes": len(called)}

    monkeypatch.setattr(entries, "made_by", made_by)
    monkeypatch.setattr(entries, "vnni", lambda: True)
    return called


def test_a_checkpoint_is_exported_once_for_all_that_run_it(programs):
    first = entry_for(LOAD)
    assert entry_for(LOAD) == first
    assert first.inputs == ("input_ids", "attention_mask")
    entry_for(replace(LOAD, runtime="openvino"))
    int8 = entry_for(replace(LOAD, quant="int8"))
    again = entry_for(replace(LOAD, quant="int8"))
    entry_for(replace(LOAD, runtime="openvino", dtype="bf16"))
    assert int8 == again and int8.folder != first.folder
    assert programs == [
        ("onnx_file",),
        ("derived", "openvino", "", ""),
        ("derived", "onnxruntime", "int8", ""),
    ]


def test_a_damaged_export_is_made_again(programs):
    (entry_for(LOAD).folder / "model").write_text("cut")
    entry_for(LOAD)
    assert programs == [("onnx_file",)] * 2


def test_a_processor_without_vnni_gets_weights_of_7_bits(programs, monkeypatch, tmp_path):
    entry_for(replace(LOAD, quant="int8"))
    monkeypatch.setattr(entries, "vnni", lambda: False)
    entry_for(replace(LOAD, quant="int8"))
    assert programs[1:] == [
        ("derived", "onnxruntime", "int8", ""),
        ("derived", "onnxruntime", "int8", "7-bit"),
    ]
    info = tmp_path / "cpuinfo"
    for flags, there in (("avx2 avx512f", False), ("avx512_vnni amx", True), ("avx_vnni", True)):
        info.write_text(f"flags : fpu {flags}")
        assert vnni(info) == there
    assert not vnni(tmp_path / "none")


def test_whatever_changes_the_numbers_changes_the_key(identified, monkeypatch):
    versions = {"torch": "2.13.0"}
    loads = [
        LOAD,
        replace(LOAD, attn="eager"),
        *(
            replace(LOAD, checkpoint=replace(SPEC, **change))
            for change in (
                {"head": "question-answering"},
                {"labels": ("a", "b")},
                {"retrieval_layer": 3},
                {"pooling": "cls"},
            )
        ),
    ]
    keys = [key_of(load, versions) for load in loads]
    keys.append(key_of(LOAD, {"torch": "2.14.0"}))
    for field in ("weights_sha256", "weights_seed", "config_sha256"):
        other = replace(identified, **{field: "d"})
        monkeypatch.setattr(entries, "identity_of", lambda spec, other=other: other)
        keys.append(key_of(LOAD, versions))
    assert len(set(keys)) == len(keys)
    monkeypatch.setattr(entries, "identity_of", lambda spec: identified)
    same = replace(LOAD, dtype="bf16", checkpoint=replace(SPEC, entry="copy", task="bucc2018"))
    assert key_of(same, versions) == keys[0]


@pytest.fixture(
    scope="module", params=["bert question-answering in-one", "xlm-roberta encoder beside"]
)
def exported(request, tmp_path_factory):
    pytest.importorskip("onnx", reason="xlbench[onnxruntime] is not installed")
    pytest.importorskip("onnxscript", reason="xlbench[onnxruntime] is not installed")
    family, head, where = request.param.split()
    call, folder = model(family, head), tmp_path_factory.mktemp("export")
    inputs = export(call, SPEC, folder / ONNX, in_one_file=where == "in-one")
    # As weights of over 2 GB have to be, and as all runtimes and forms have to find them.
    beside = [file.name for file in folder.iterdir() if file.name != ONNX]
    assert beside == ([] if where == "in-one" else [f"{ONNX}.data"])
    return call, Entry(folder, tuple(inputs), 1)


def run(monkeypatch, runtime, entry, batch, **load):
    """Return what a runtime makes of a batch, and its model."""
    module = f"xlbench.session.runtimes.{runtime}"
    monkeypatch.setattr(f"{module}.entry_for", lambda load: entry)
    monkeypatch.setattr(
        f"{module}.exported_model", lambda spec, entry, infer: _model(spec, entry, infer)
    )
    wanted = Wanted(replace(LOAD, runtime=runtime, **load), CPU, 1)
    model = runtime_named(runtime).prepare(wanted)()
    return model(*batch)


def _model(spec, entry, infer):
    from xlbench.session.exported.model import _Forward

    return _Forward(infer, entry.inputs)


def worst(ours, theirs):
    assert [tuple(o.shape) for o in ours] == [tuple(t.shape) for t in theirs]
    return max(float((o - t).abs().max()) for o, t in zip(ours, theirs, strict=True))


@needs("onnxruntime")
def test_onnx_runtime_computes_what_torch_does(exported, monkeypatch):
    call, entry = exported
    for batch in batches(call):
        with torch.inference_mode():
            assert worst(run(monkeypatch, "onnxruntime", entry, batch), call(*batch)) < 1e-4


@needs("openvino")
def test_openvino_computes_what_torch_does(exported, monkeypatch, tmp_path):
    call, entry = exported
    said = to_openvino(entry.folder / ONNX, tmp_path, "")
    assert said["weights_bytes"] >= 4 * sum(p.numel() for p in call.parameters()) * 0.9
    for batch in batches(call):
        with torch.inference_mode():
            found = run(monkeypatch, "openvino", replace(entry, folder=tmp_path), batch)
            assert worst(found, call(*batch)) < 1e-4


@needs("onnxruntime")
def test_8_bit_weights_are_near_and_small(exported, monkeypatch, tmp_path):
    call, entry = exported
    said = quantise(entry.folder / ONNX, tmp_path, reduce_range=False)
    exact = 4 * sum(p.numel() for p in call.parameters())
    assert said["weights_bytes"] < exact / 2
    batch = list(batches(call))[2]
    with torch.inference_mode():
        theirs = call(*batch)
        ours = run(monkeypatch, "onnxruntime", replace(entry, folder=tmp_path), batch)
    spread = max(float(t.std()) for t in theirs)
    assert 1e-6 < worst(ours, theirs) < spread


@needs("onnxruntime")
def test_a_batch_without_segments_is_all_first(exported, monkeypatch):
    call, entry = exported
    batch = next(batches(call))[:2]
    with torch.inference_mode():
        assert worst(run(monkeypatch, "onnxruntime", entry, batch), call(*batch)) < 1e-4


@needs("onnxruntime")
def test_onnx_runtime_gets_as_many_threads_as_torch(monkeypatch, tmp_path):
    import onnxruntime

    seen = []
    monkeypatch.setattr(
        onnxruntime, "InferenceSession", lambda path, options, providers: seen.append(options)
    )
    monkeypatch.setattr(
        "xlbench.session.runtimes.onnxruntime.entry_for", lambda load: Entry(tmp_path, (), 1)
    )
    monkeypatch.setattr("xlbench.session.runtimes.onnxruntime.exported_model", lambda *given: None)
    runtime_named("onnxruntime").prepare(Wanted(LOAD, CPU, 3))()
    (options,) = seen
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (3, 1)


@needs("openvino")
def test_openvino_gets_as_many_threads_as_torch_and_the_arms_type(monkeypatch):
    import openvino

    from xlbench.session.runtimes.openvino import check_precision, inference

    told = {}

    class Core:
        def set_property(self, given):
            told.update(given)

        def read_model(self, path):
            return path

        def compile_model(self, model, device, config):
            told.update(config, device=device)
            raise InterruptedError

    monkeypatch.setattr(openvino, "Core", Core)
    with pytest.raises(InterruptedError):
        inference(Entry(Path("x"), (), 1), "bf16", 3)
    assert (told["ENABLE_MMAP"], told["device"]) == (False, "CPU")
    assert (told["INFERENCE_NUM_THREADS"], told["INFERENCE_PRECISION_HINT"]) == (3, "bf16")
    with pytest.raises(UserError, match="no fp16 kernels for this processor"):
        check_precision("fp16", ["FP32", "INT8"])


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_a_runtime_of_cpus_refuses_a_gpu(runtime):
    wanted = Wanted(replace(LOAD, runtime=runtime), torch.device("cuda:0"), 1)
    with pytest.raises(UserError, match="runs on the CPU"):
        runtime_named(runtime).prepare(wanted)


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_a_missing_extra_is_named(runtime, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=rf"pip install 'xlbench\[{runtime}\]'"):
        runtime_named(runtime).prepare(Wanted(replace(LOAD, runtime=runtime), CPU, 1))


def test_what_the_program_refuses_reaches_the_user(tmp_path):
    from xlbench.session.exported.program import made_by

    with pytest.raises(UserError, match=r"the export failed with exit code 1: .*request\.bin"):
        made_by("xlbench.session.exported.onnx_file", "the export", tmp_path)


def test_the_model_of_an_export_has_the_checkpoints_tokenizer_labels_and_flags():
    from xlbench.checkpoints.folders import EMBEDDED

    spec = replace(SPEC, folder=str(EMBEDDED), tokenizer_folder=str(EMBEDDED), labels=("a", "b"))
    entry = Entry(EMBEDDED, ("input_ids", "attention_mask"), 12)
    model = exported_model(spec, entry, lambda batch: [batch["input_ids"].astype(np.float32)])
    assert (model.labels, model.weights_bytes, model.flags) == (("a", "b"), 12, spec.flags)
    ids = torch.tensor([[1, 2]])
    assert model.model(ids, torch.ones_like(ids))[0].tolist() == [[1.0, 2.0]]
    assert model.tokenizer.pad_token_id is not None
