import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.arms import DTYPES, RUNTIMES, Options, cpu_list, parse_arm
from xlbench.errors import UserError


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
    text = ",".join(f"{key}={value}" for key, value in options.items())
    arm = parse_arm(f"suite@{text}" if text else "suite")
    for key, value in options.items():
        assert str(getattr(arm.options, key)) == value


def test_rows_and_tokens_of_a_batch_exclude_each_other():
    with pytest.raises(UserError, match="not both"):
        parse_arm("base@batch-size=4,tokens-per-batch=100")
    arm = parse_arm("base@batch-size=4", Options(tokens_per_batch=100))
    assert (arm.options.batch_size, arm.options.tokens_per_batch) == (4, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@dtype=fp32", "must stand before"),
        ("base@", "found nothing"),
        ("base@dtype", "key=value"),
        ("base@speed=9", "unknown option 'speed'"),
        ("base@dtype=int8", "fp32, bf16, fp16"),
        ("base@threads=0", "at least 1"),
        ("base@device=tpu", "auto, cpu or cuda:N"),
        ("base@runtime=cudagraph,device=cpu", "CUDA"),
        ("base@padding=max,buckets=3", "padding=bucket"),
        ("base@cpus=a-b", "processors"),
    ],
)
def test_a_mistake_is_told_with_the_arm_and_what_was_expected(text, message):
    with pytest.raises(UserError, match=message) as caught:
        parse_arm(text)
    assert repr(text) in str(caught.value)


def test_processors_are_read_from_lists_and_ranges():
    assert cpu_list("0-2+5") == (0, 1, 2, 5)
    assert parse_arm("base@cpus=0-1").options.cpus == (0, 1)
