"""Ids of predictions of retrieval tasks."""

from xlbench.tasks.retrieval.example import SentenceExample, prediction_id


def test_the_same_number_in_two_splits_is_two_predictions() -> None:
    test, dev = (
        SentenceExample("de-000000001", "Hallo.", "source", split, None)
        for split in ("test", "dev")
    )
    assert prediction_id(test) == "de-000000001"
    assert prediction_id(dev) == "dev:de-000000001"
