import pytest

from xlbench.arms import parse_arm
from xlbench.errors import UserError
from xlbench.results.manifest import Manifest, UsedData, write_manifest
from xlbench.run.manifest import without_secrets
from xlbench.run.resume import resumed_settings
from xlbench.settings import Settings


def stopped(folder, *arms, **asked):
    settings = without_secrets(Settings(arms=tuple(map(parse_arm, arms)), **asked))
    write_manifest(folder, Manifest("r", "0.1.0", settings, "m", UsedData("folder", "d"), ()))


def test_a_secret_is_not_in_the_folder_and_is_asked_for_when_the_run_goes_on(tmp_path):
    arm = "base@env.HF_TOKEN=hf_abc,env.LEVEL=3"
    stopped(tmp_path, arm)
    assert "hf_abc" not in (tmp_path / "run.json").read_text()
    with pytest.raises(UserError, match=r"env\.HF_TOKEN is secret and was not stored"):
        resumed_settings(tmp_path, None, None, None)
    (again,) = resumed_settings(tmp_path, [arm], None, None).arms
    assert again == parse_arm(arm)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((None, None), (5.0, 0.1)), ((9.0, 0.01), (9.0, 0.01)), ((1.0, 0.5), (5.0, 0.1))],
)
def test_a_resumed_run_keeps_its_budget_and_precision_unless_more_is_asked_for(
    tmp_path, asked, expected
):
    stopped(tmp_path, "base", budget_s=5.0, precision=0.1)
    again = resumed_settings(tmp_path, None, *asked)
    assert (again.budget_s, again.precision) == expected


def test_a_run_goes_on_with_its_own_arms(tmp_path):
    stopped(tmp_path, "base", "stilts@dtype=bf16", seed=7)
    again = resumed_settings(tmp_path, None, None, None)
    assert again.arms == (parse_arm("base"), parse_arm("stilts@dtype=bf16"))
    assert again.seed == 7
    with pytest.raises(UserError, match="measures base, stilts@dtype=bf16, not base"):
        resumed_settings(tmp_path, ["base"], None, None)
