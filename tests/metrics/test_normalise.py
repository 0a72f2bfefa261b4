"""What counts as the same answer, by the SQuAD and by the MLQA rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.metrics import normalise

MLQA = ("ar", "de", "en", "es", "hi", "vi", "zh")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Theatre, a Play!", "theatre play"),
        ("Anna's an-the", "annas anthe"),
        ("l’été", "l’été"),
        ("北京，上海。", "北京，上海。"),
        ("der Hund", "der hund"),
        ("  ", ""),
    ],
)
def test_squad_knows_ascii_punctuation_and_english_articles_only(text, expected) -> None:
    assert normalise.squad(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The “Theatre” of a Play…", "theatre of play"),
        ("es", "¿El gato, la casa y unos?", "gato casa y"),
        ("de", "Der Hund eines Mannes", "hund mannes"),
        ("vi", "Cái nhà của những người", "nhà người"),
        ("ar", "الكتاب في البيت", "كتاب في بيت"),
        ("ar", "جمال", "جم"),
        ("hi", "एक घर।", "एक घर"),
        ("en", "der Hund", "der hund"),
        ("de", "the dog", "the dog"),
        ("zh", "中国人民", "中 国 人 民"),
        ("zh", "iPhone 手机，ABC公司", "iphone 手 机 abc 公 司"),
        ("zh", "（１９９８年）", "１９９８ 年"),
        ("zh", "the 中", "the 中"),
        ("zh", "㐀 龥 龦龦", "㐀 龥 龦龦"),
    ],
)
def test_mlqa_knows_the_articles_of_the_language_and_all_punctuation(
    language, text, expected
) -> None:
    assert normalise.mlqa(language)(text) == expected


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"'fr'.*ar de en es hi vi zh"):
        normalise.mlqa("fr")


@given(st.text(max_size=30), st.sampled_from(MLQA))
def test_case_and_outer_space_never_matter(text, language) -> None:
    how = normalise.mlqa(language)
    assert how(f"  {text} \n") == how(text) == how(text.lower())
