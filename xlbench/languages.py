"""The 40 languages of XTREME (Hu et al. 2020, arXiv 2003.11080, Table 8) as data.

Codes are XTREME's two-letter ones; ``iso3`` are the three-letter codes that the aligned
Tatoeba files of LASER use (Artetxe and Schwenk 2019, arXiv 1812.10464).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language: codes, English name, script (ISO 15924), whether words are spaced."""

    code: str
    iso3: str
    name: str
    scripts: tuple[str, ...]
    spaced: bool = True


_TABLE = (
    Language("af", "afr", "Afrikaans", ("Latn",)),
    Language("ar", "ara", "Arabic", ("Arab",)),
    Language("bg", "bul", "Bulgarian", ("Cyrl",)),
    Language("bn", "ben", "Bengali", ("Beng",)),
    Language("de", "deu", "German", ("Latn",)),
    Language("el", "ell", "Greek", ("Grek",)),
    Language("en", "eng", "English", ("Latn",)),
    Language("es", "spa", "Spanish", ("Latn",)),
    Language("et", "est", "Estonian", ("Latn",)),
    Language("eu", "eus", "Basque", ("Latn",)),
    Language("fa", "pes", "Persian", ("Arab",)),
    Language("fi", "fin", "Finnish", ("Latn",)),
    Language("fr", "fra", "French", ("Latn",)),
    Language("he", "heb", "Hebrew", ("Hebr",)),
    Language("hi", "hin", "Hindi", ("Deva",)),
    Language("hu", "hun", "Hungarian", ("Latn",)),
    Language("id", "ind", "Indonesian", ("Latn",)),
    Language("it", "ita", "Italian", ("Latn",)),
    Language("ja", "jpn", "Japanese", ("Hani", "Hira", "Kana"), spaced=False),
    Language("jv", "jav", "Javanese", ("Latn",)),
    Language("ka", "kat", "Georgian", ("Geor",)),
    Language("kk", "kaz", "Kazakh", ("Cyrl",)),
    Language("ko", "kor", "Korean", ("Hang",)),
    Language("ml", "mal", "Malayalam", ("Mlym",)),
    Language("mr", "mar", "Marathi", ("Deva",)),
    Language("ms", "msa", "Malay", ("Latn",)),
    Language("my", "mya", "Burmese", ("Mymr",), spaced=False),
    Language("nl", "nld", "Dutch", ("Latn",)),
    Language("pt", "por", "Portuguese", ("Latn",)),
    Language("ru", "rus", "Russian", ("Cyrl",)),
    Language("sw", "swh", "Swahili", ("Latn",)),
    Language("ta", "tam", "Tamil", ("Taml",)),
    Language("te", "tel", "Telugu", ("Telu",)),
    Language("th", "tha", "Thai", ("Thai",), spaced=False),
    Language("tl", "tgl", "Tagalog", ("Latn",)),
    Language("tr", "tur", "Turkish", ("Latn",)),
    Language("ur", "urd", "Urdu", ("Arab",)),
    Language("vi", "vie", "Vietnamese", ("Latn",)),
    Language("yo", "yor", "Yoruba", ("Latn",)),
    Language("zh", "cmn", "Chinese", ("Hani",), spaced=False),
)

LANGUAGES: dict[str, Language] = {language.code: language for language in _TABLE}
