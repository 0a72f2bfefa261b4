"""The tokenizer of a folder, run as the folder's files describe it.

transformers rebuilds the pipeline of a known class from the class's own defaults, so that a cased
``tokenizer.json`` without settings beside it would be lower-cased. Here ``tokenizer.json`` is the
whole pipeline; of ``tokenizer_config.json`` only the names of special tokens are taken. A probe
text shows that what runs gives the ids and offsets of the bare file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlbench.checkpoints.json_files import read_json_object
from xlbench.errors import UserError
from xlbench.printable import shown

PROBE = (
    "Äpfel, ÜBER 12½ İzmir don't 😀 — na\u00efve e\u0301 สวัสดี 你好 हिन्दी Привет ١٢ <s> [SEP] xqzj"
)
_SPECIAL = ("cls_token", "sep_token", "pad_token", "unk_token", "mask_token", "bos_token")
_SETTINGS = ("special_tokens_map.json", "tokenizer_config.json")
_USUAL = {
    "pad_token": ("<pad>", "[PAD]"),
    "unk_token": ("<unk>", "[UNK]"),
    "mask_token": ("<mask>", "[MASK]"),
}


def load_tokenizer(folder: Path, where: str, pad_id: int | None = None) -> Any:
    """Return the fast tokenizer (``PreTrainedTokenizerFast``) that a folder describes.

    Its ``cls_token`` and ``sep_token`` are those of its template where the folder names none, and
    ``model_input_names`` has ``token_type_ids`` where the template tells two texts apart.

    Args:
        folder: a local folder with ``tokenizer.json``, or an older form of vocabulary.
        where: the checkpoint, for messages.
        pad_id: the model's padding token, for a tokenizer that names none.

    Raises:
        UserError: the files can't be read, contradict each other, or don't say how text is
            split.
    """
    settings: dict[str, Any] = {}
    for name in _SETTINGS:
        if (folder / name).is_file():
            settings.update(read_json_object(folder / name, where))
    try:
        if (folder / "tokenizer.json").is_file():
            return _from_its_own_file(folder / "tokenizer.json", settings, where, pad_id)
        if (folder / "vocab.txt").is_file():
            return _from_word_pieces(folder / "vocab.txt", settings, where, pad_id)
        return _from_another_form(folder, where)
    except UserError:
        raise
    except Exception as error:  # whatever its parsers raise
        reason = " ".join(str(error).split())[:300]
        raise UserError(f"{where}: the tokenizer in {folder} can't be loaded: {reason}") from error


def _from_its_own_file(
    file: Path, settings: Mapping[str, Any], where: str, pad_id: int | None
) -> Any:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer.from_file(str(file))
    _agree_on_case(bare, settings, file, where)
    facts = _wrapping(bare, settings, pad_id)
    expected = _probed(bare)
    # Two in memory at once would double the peak: XLM-R's takes 270 MiB.
    del bare
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(file), **facts)
    if _probed(tokenizer.backend_tokenizer) != expected or _called(tokenizer) != expected[0]:
        raise UserError(
            f"{where}: this version of transformers does not run {file} as it is written: a probe "
            "text gets other tokens. Use another version (arm option python=PATH)."
        )
    return tokenizer


def _from_word_pieces(
    file: Path, settings: Mapping[str, Any], where: str, pad_id: int | None
) -> Any:
    from tokenizers import BertWordPieceTokenizer
    from transformers import PreTrainedTokenizerFast

    lowercase = settings.get("do_lower_case")
    if not isinstance(lowercase, bool):
        raise UserError(
            f"{where}: {file} does not say whether text is lower-cased. Save the tokenizer with a "
            "tokenizer.json, or write tokenizer_config.json beside it with do_lower_case: true or "
            "false, as it was trained."
        )
    bare = BertWordPieceTokenizer(
        str(file),
        lowercase=lowercase,
        strip_accents=settings.get("strip_accents"),
        handle_chinese_chars=bool(settings.get("tokenize_chinese_chars", True)),
    )._tokenizer
    return PreTrainedTokenizerFast(tokenizer_object=bare, **_wrapping(bare, settings, pad_id))


def _from_another_form(folder: Path, where: str) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False
    )
    if not tokenizer.is_fast:
        raise UserError(
            f"{where}: the tokenizer in {folder} has no fast version, which is needed "
            "for offsets. Save it with a tokenizer.json."
        )
    return tokenizer


def _wrapping(bare: Any, settings: Mapping[str, Any], pad_id: int | None) -> dict[str, Any]:
    """Return what the library's wrapper must be told: names of special tokens and inputs."""
    names = {name: _declared(settings.get(name)) for name in _SPECIAL}
    one, two = bare.encode("a"), bare.encode("a", "a")
    marked = [t for t, special in zip(one.tokens, one.special_tokens_mask, strict=True) if special]
    if marked and names["cls_token"] is None and one.special_tokens_mask[0]:
        names["cls_token"] = marked[0]
    if marked and names["sep_token"] is None and one.special_tokens_mask[-1]:
        names["sep_token"] = marked[-1]
    if names["pad_token"] is None and bare.padding is not None:
        names["pad_token"] = bare.padding["pad_token"]
    if names["pad_token"] is None and pad_id is not None:
        names["pad_token"] = bare.id_to_token(pad_id)
    for name, usual in _USUAL.items():
        if names[name] is None:
            names[name] = next((t for t in usual if bare.token_to_id(t) is not None), None)
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    if len(set(two.type_ids)) == 1:
        inputs.remove("token_type_ids")
    # A name that is not in the vocabulary would be added to it, with an id no model knows.
    known = {k: t for k, t in names.items() if t is not None and bare.token_to_id(t) is not None}
    return {**known, "model_input_names": inputs, "clean_up_tokenization_spaces": False}


def _declared(value: object) -> str | None:
    """Return the text of a special token, which is saved as text or as an object."""
    if isinstance(value, Mapping):
        value = value.get("content")
    return value if isinstance(value, str) and value else None


def _agree_on_case(bare: Any, settings: Mapping[str, Any], file: Path, where: str) -> None:
    said = settings.get("do_lower_case")
    lowercase = getattr(bare.normalizer, "lowercase", None)
    if isinstance(said, bool) and isinstance(lowercase, bool) and said != lowercase:
        raise UserError(
            f"{where}: {file} has lowercase: {shown(lowercase)} in its normalizer, "
            f"tokenizer_config.json beside it do_lower_case: {shown(said)}. Make both say what the "
            "model was trained with."
        )


def _probed(bare: Any) -> list[tuple[list[int], list[int], list[tuple[int, int]]]]:
    """Return ids, segments and offsets of the probe, alone, as a pair and without specials."""
    bare.no_truncation()
    bare.no_padding()
    encodings = (
        bare.encode(PROBE),
        bare.encode(PROBE, PROBE),
        bare.encode(PROBE, add_special_tokens=False),
    )
    return [(e.ids, e.type_ids, e.offsets) for e in encodings]


def _called(tokenizer: Any) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Return what ``_probed`` does, of the probe alone, through the library's call."""
    found = tokenizer(PROBE, return_offsets_mapping=True, return_token_type_ids=True)
    return found["input_ids"], found["token_type_ids"], found["offset_mapping"]
