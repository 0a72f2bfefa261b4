import json

import pytest

from xlbench.arms import parse_arm
from xlbench.errors import UserError
from xlbench.run.settings import Settings
from xlbench.run.stored import stored_settings


def test_a_secret_is_not_in_the_folder_and_is_asked_for_when_the_run_goes_on(tmp_path):
    arm = "base@env.HF_TOKEN=hf_abc,env.LEVEL=3"
    settings = Settings(arms=(parse_arm(arm),)).to_json()
    (tmp_path / "run.json").write_text(json.dumps({"schema": 1, "settings": settings}))
    assert "hf_abc" not in (tmp_path / "run.json").read_text()
    with pytest.raises(UserError, match=r"env\.HF_TOKEN is secret and was not stored"):
        stored_settings(tmp_path, None, 60.0, 0.02)
    (again,) = stored_settings(tmp_path, [arm], 60.0, 0.02).arms
    assert again == parse_arm(arm)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((None, None), (5.0, 0.1)), ((9.0, 0.01), (9.0, 0.01)), ((1.0, 0.5), (5.0, 0.1))],
)
def test_a_resumed_run_keeps_its_budget_and_precision_unless_more_is_asked_for(
    tmp_path, asked, expected
):
    settings = Settings(arms=(parse_arm("base"),), budget_s=5.0, precision=0.1).to_json()
    (tmp_path / "run.json").write_text(json.dumps({"schema": 1, "settings": settings}))
    again = stored_settings(tmp_path, None, *asked)
    assert (again.budget_s, again.precision) == expected
