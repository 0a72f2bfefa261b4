"""Arms that differ in their seed alone are one kind."""

from xlbench.results.kinds import kinds


def test_seeds_of_a_recipe_are_one_kind_in_the_order_of_their_numbers():
    base, stilts = kinds(["base-s10", "base-s2", "stilts-mnli-s1", "stilts-mnli-s2"])
    assert (base.name, base.arms) == ("base", {2: "base-s2", 10: "base-s10"})
    assert (stilts.name, list(stilts.arms)) == ("stilts-mnli", [1, 2])


def test_options_and_folders_tell_kinds_apart():
    arms = ["base-s1@dtype=bf16", "base-s2@dtype=bf16", "base-s1", "base-s2", "base-s1 (b)"]
    assert [kind.name for kind in kinds(arms)] == ["base@dtype=bf16", "base", "base-s1 (b)"]


def test_one_arm_alone_keeps_its_name_whatever_it_ends_in():
    assert [kind.name for kind in kinds(["mbert-s2", "base", "xs1"])] == ["mbert-s2", "base", "xs1"]
