import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.arm_options import (
    ARM_OPTIONS,
    DTYPES,
    EXPORTED,
    MEASURING_COMMANDS,
    RUNTIMES,
    Options,
    options_for,
)
from xlbench.arms import options_from, parse_arm
from xlbench.errors import UserError
from xlbench.printable import is_printable


def test_options_after_the_sign_override_the_defaults():
    arm = parse_arm("base@dtype=bf16,threads=2,env.A=1", Options(dtype="fp16", attn="eager"))
    assert (arm.name, arm.text) == ("base", "base@dtype=bf16,threads=2,env.A=1")
    assert (arm.options.dtype, arm.options.attn, arm.options.threads) == ("bf16", "eager", 2)
    assert arm.options.env == {"A": "1"}
    assert set(arm.chosen) == {"dtype", "threads"}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "dtype": st.sampled_from(DTYPES),
            "runtime": st.sampled_from(RUNTIMES),
            "threads": st.integers(1, 64).map(str),
            "python": st.from_regex(r"[a-z/._-]{1,20}", fullmatch=True),
        },
    )
)
def test_every_option_that_is_written_is_read(options):
    if options.get("runtime") in EXPORTED:
        options.pop("dtype", None)
    text = ",".join(f"{key}={value}" for key, value in options.items())
    arm = parse_arm(f"suite@{text}" if text else "suite")
    for key, value in options.items():
        assert str(getattr(arm.options, key)) == value


def test_every_field_of_the_options_but_the_environment_is_a_row_of_the_table():
    assert set(ARM_OPTIONS) == {f.name for f in dataclasses.fields(Options)} - {"env"}
    for name, option in ARM_OPTIONS.items():
        assert getattr(Options(), name) == option.default
        assert option.help.endswith(".")
        assert option.default is not None or option.unset
        assert set(option.commands) <= set(MEASURING_COMMANDS)


def test_a_command_takes_the_rows_that_are_not_an_arms_own():
    keys = [option.key for option in options_for("run")]
    assert keys[:2] == ["device", "dtype"]
    assert {"batch-size", "weights", "cpus"} <= set(keys)
    assert not {"python", "tokenizer", "revision", "seed"} & set(keys)
    assert options_for("report") == ()


def test_the_help_says_what_holds_where_nothing_is_given():
    cpus = ARM_OPTIONS["cpus"]
    assert cpus.help_for("run") == "Processors of the workers, e.g. 0-3 (default: those allowed)."
    assert "one that all arms share" in cpus.help_for("compare")
    assert ARM_OPTIONS["dtype"].help_for("run") == ARM_OPTIONS["dtype"].help


def test_flags_set_the_options_of_all_arms():
    options = options_from({"dtype": "bf16", "threads": "3", "attn": None})
    assert options == Options(dtype="bf16", threads=3)
    with pytest.raises(UserError, match=r"^--batch-size: expected a whole"):
        options_from({"batch_size": "0"})
    with pytest.raises(UserError, match="not both"):
        options_from({"batch_size": "4", "tokens_per_batch": "100"})


def test_rows_and_tokens_of_a_batch_exclude_each_other():
    with pytest.raises(UserError, match="not both"):
        parse_arm("base@batch-size=4,tokens-per-batch=100")
    arm = parse_arm("base@batch-size=4", Options(tokens_per_batch=100))
    assert (arm.options.batch_size, arm.options.tokens_per_batch) == (4, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@dtype=fp32", "must stand before"),
        ("--strict", "looks like an option; write a folder as ./--strict"),
        ("base@", "found nothing"),
        ("base@dtype", "key=value"),
        ("base@nothing=9", "unknown option 'nothing'; known are"),
        ("base@thread=9", "did you mean threads?"),
        ("base@dtype=int8", "fp32, tf32, bf16, fp16"),
        ("base@dtype=tf32,device=cpu", "dtype=tf32 needs a CUDA device"),
        ("base@dtype=tf32,attn=flash_attention_2", "half precision only"),
        ("base@threads=0", "at least 1"),
        ("base@batch-size=99999999999", "at most 2147483647"),
        ("base@device=tpu", "auto, cpu or cuda:N"),
        ("base@runtime=cudagraph,device=cpu", "CUDA"),
        ("base@padding=max,buckets=3", "padding=bucket"),
        ("base@padding=packed,runtime=compile", "new shape in every batch"),
        ("base@padding=packed,runtime=cudagraph,device=cuda:0", "new shape in every batch"),
        ("base@padding=packed,attn=eager", "not by attn=eager"),
        ("base@padding=packed,buckets=3", "buckets needs padding=bucket"),
        ("base@cpus=a-b", "processors"),
        ("base@cpus=0-9999999999", "processors"),
        ("base@env.=x", "unknown option 'env.'"),
        ("base@env.A B=x", "unknown option 'env.A B'"),
    ],
)
def test_a_mistake_is_told_with_the_arm_and_what_was_expected(text, message):
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        parse_arm(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["a\nb", "a\0b", "a\x1b[31m", "a\udc80", "a\u202eb", "x" * 5000])
def test_an_arm_that_would_spoil_a_log_or_a_table_is_refused_in_a_printable_line(text):
    with pytest.raises(UserError) as caught:
        parse_arm(text)
    assert is_printable(str(caught.value))
    assert len(str(caught.value)) < 400


def test_the_value_of_a_secret_variable_is_used_and_never_shown():
    arm = parse_arm("base@env.HF_TOKEN=hf_abc,dtype=bf16,env.api_key=k,env.LEVEL=3")
    assert arm.options.env == {"HF_TOKEN": "hf_abc", "api_key": "k", "LEVEL": "3"}
    assert arm.text == "base@env.HF_TOKEN=***,dtype=bf16,env.api_key=***,env.LEVEL=3"
    with pytest.raises(UserError) as caught:
        parse_arm("base@env.HF_TOKEN=hf_abc,dtype=int8")
    assert "hf_abc" not in str(caught.value)


@given(st.text(max_size=60) | st.text("base@=,-_.:0123456789envcpusthreadsdtype", max_size=60))
def test_whatever_is_written_is_an_arm_or_a_users_mistake(text):
    try:
        arm = parse_arm(text)
    except UserError as error:
        assert is_printable(str(error))
    else:
        assert is_printable(arm.text)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("dtype=fp32", "half precision only.*dtype=bf16"),
        ("dtype=bf16,device=cpu", "needs a CUDA device"),
        ("dtype=bf16,runtime=cudagraph", "no CUDA graph can hold.*runtime=eager"),
    ],
)
def test_an_attention_that_can_not_work_is_refused_with_the_reason(options, reason):
    with pytest.raises(UserError, match=reason):
        parse_arm(f"a@attn=flash_attention_2,{options}")


def test_an_attention_that_may_work_is_not_refused():
    assert parse_arm("a@attn=flash_attention_2,dtype=bf16").options.attn == "flash_attention_2"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("runtime=onnxruntime,dtype=bf16", "no bf16 kernels for a CPU"),
        ("runtime=onnxruntime,dtype=fp16", "no fp16 kernels for a CPU"),
        ("runtime=openvino,dtype=tf32", "knows no tf32"),
        ("runtime=onnxruntime,device=cuda:0", "runs on the CPU: give device=cpu, not cuda:0"),
        ("runtime=openvino,device=cuda:1", "runs on the CPU"),
        ("runtime=openvino,attn=flex_attention", "can't hold attn=flex_attention"),
        ("runtime=onnxruntime,padding=packed", "calls the layers of torch"),
        ("quant=int8,dtype=bf16", "needs dtype=fp32"),
        ("quant=int8,runtime=compile", "can't be compiled or captured"),
        ("quant=int8,device=cuda:0", "run on a CPU only"),
        ("quant=int4", "expected one of int8"),
    ],
)
def test_a_runtime_that_can_not_run_an_arm_is_refused_with_the_reason(options, reason):
    with pytest.raises(UserError, match=reason):
        parse_arm(f"base@{options}")


def test_what_a_runtime_may_run_is_not_refused():
    for options in (
        "runtime=openvino,dtype=bf16,quant=int8",
        "runtime=onnxruntime,quant=int8,attn=eager,threads=1",
        "quant=int8,padding=packed",
    ):
        assert parse_arm(f"base@{options}").options.padding in ("bucket", "packed")
