from hypothesis import given
from hypothesis import strategies as st

from xlbench.report.draw.labels import Rect, Wanted, place, without_label

BOUNDS = Rect(50, 10, 390, 290)
points = st.lists(
    st.tuples(st.integers(60, 380), st.integers(20, 280)), min_size=1, max_size=80, unique=True
)


@given(points)
def test_no_label_covers_another_or_any_mark_and_none_leaves_the_picture(places):
    placed = place([Wanted("th", x, y) for x, y in places], places, BOUNDS, radius=4.0)
    assert len(placed.boxes) + len(placed.left_out) == len(places)
    for n, box in enumerate(placed.boxes):
        assert box.within(BOUNDS)
        assert not any(box.meets(other) for other in placed.boxes[:n])
        assert not any(box.x1 < x < box.x2 and box.y1 < y < box.y2 for x, y in places)


def test_forty_languages_close_to_each_other_all_have_a_label():
    places = [(60 + 8 * n, 150 + (n * 37) % 90) for n in range(40)]
    assert place([Wanted("th", x, y) for x, y in places], places, BOUNDS).left_out == ()


def test_a_label_keeps_off_lines():
    line = (100.0, 100.0, 200.0, 100.0)
    (box,) = place([Wanted("th", 150, 100)], [(150, 100)], BOUNDS, lines=[line]).boxes
    assert box.y2 < 100 or box.y1 > 100


def test_labels_without_a_place_are_named():
    narrow = Rect(0, 0, 10, 10)
    placed = place([Wanted("th", 5, 5), Wanted("en", 5, 5)], [(5, 5)], narrow)
    assert without_label(placed) == "Without room for a label: en, th."
