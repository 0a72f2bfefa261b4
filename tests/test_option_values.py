import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.option_values import cpu_list, device, seconds, share, whole_number


def test_processors_are_read_from_lists_and_ranges():
    assert cpu_list("0-2+5") == (0, 1, 2, 5)
    assert cpu_list("3,1:2") == (1, 2, 3)


@pytest.mark.parametrize(
    "text",
    ["", "a", "1-", "-1", "3-1", "0-9999999999", "0-9000", "8192", "²", "1" * 5000, "0+" * 9000],
)
def test_a_list_of_processors_that_no_machine_has_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        cpu_list(text)


@given(st.sets(st.integers(0, 8191), min_size=1, max_size=40))
def test_a_list_of_processors_is_read_back(cpus):
    assert cpu_list("+".join(map(str, cpus))) == tuple(sorted(cpus))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90.0), ("90s", 90.0), ("5m", 300.0), ("1h", 3600.0), ("0", 0.0), ("720h", 2592000.0)],
)
def test_durations_are_read_in_seconds(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "s", "inf", "nan", "1e400", "-1", "721h", "infinity", "1_0", "٣", "1e308h", "9" * 5000],
)
def test_a_duration_that_never_ends_or_is_none_is_refused(text):
    with pytest.raises(ValueError, match="expected") as caught:
        seconds(text)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("text", ["", "%", "nan", "nan%", "inf", "0", "100%", "1", "-2%", "1e400"])
def test_a_share_lies_between_nothing_and_all(text):
    with pytest.raises(ValueError, match="share"):
        share(text)
    assert share("2%") == share("0.02") == 0.02


@pytest.mark.parametrize("text", ["", "-1", "0", "9", "²", "1.0", "٣", "1" * 5000, "1e1"])
def test_a_whole_number_is_one_in_its_range(text):
    with pytest.raises(ValueError, match="whole number"):
        whole_number(1, 8)(text)
    assert whole_number(1, 8)("08") == 8


@pytest.mark.parametrize("text", ["cuda:-1", "cuda:", "cuda:x", "cuda:9999", "CPU", ""])
def test_a_device_is_named_as_torch_does(text):
    with pytest.raises(ValueError, match="auto, cpu or cuda:N"):
        device(text)
    assert device("cuda") == "cuda:0"


@given(
    st.text(max_size=30), st.sampled_from([cpu_list, device, seconds, share, whole_number(0, 9)])
)
def test_whatever_is_written_has_a_value_or_says_what_was_expected(text, parse):
    try:
        parse(text)
    except ValueError as error:
        assert "expected" in str(error)
