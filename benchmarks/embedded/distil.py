"""The student: a two-layer XLM-R that imitates the teacher, token by token and line by line.

Embeddings start as the principal components of the teacher's own. The loss is one minus the
cosine of each piece's state with the teacher's (some pieces are masked, so that context counts),
and for each line one minus the cosine of the means and a contrastive loss over the batch, which
asks that a line's mean be nearer to its own target than to those of the other lines.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

CONFIG = {
    "vocab_size": 0,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 512,
    "max_position_embeddings": 514,
    "type_vocab_size": 1,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "layer_norm_eps": 1e-5,
    "hidden_act": "gelu",
}
PAD = 1
POOL = 4
TOKENS_A_BATCH = 4096
TEMPERATURE = 0.05
MOST_MASKED = 0.3


def make_student(teacher: Any, origin: list[int]) -> Any:
    """Return the student before distillation.

    Args:
        teacher: the teacher's model.
        origin: for each piece of the student's its row in the teacher's embeddings.
    """
    from transformers import XLMRobertaConfig, XLMRobertaModel

    torch.manual_seed(0)
    config = XLMRobertaConfig(
        **{**CONFIG, "vocab_size": len(origin)},
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    student = XLMRobertaModel(config, add_pooling_layer=False)
    words = teacher.embeddings.word_embeddings.weight.float()[origin]
    positions = teacher.embeddings.position_embeddings.weight.float()
    centre = words.mean(dim=0)
    _, _, components = torch.pca_lowrank(words - centre, q=CONFIG["hidden_size"], niter=6)
    scale = 0.05 / ((words - centre) @ components).std()
    with torch.no_grad():
        embeddings = student.embeddings
        embeddings.word_embeddings.weight.copy_((words - centre) @ components * scale)
        # XLM-R counts positions from 2.
        embeddings.position_embeddings.weight[2:].copy_(positions @ components * scale)
        embeddings.token_type_embeddings.weight.zero_()
    return student


def distil(student: Any, targets: Path, epochs: int, rate: float, mask_id: int) -> None:
    """Train the student in place; resumes at the last finished epoch beside the targets."""
    shards = sorted(targets.glob("????.npz"))
    pieces = sum(int(np.load(file)["lengths"].sum()) for file in shards)
    steps = epochs * pieces // TOKENS_A_BATCH
    # What is looked up is not decayed: a rare piece would only shrink.
    groups = [
        {"params": [p for n, p in student.named_parameters() if _decays(n, p)]},
        {
            "params": [p for n, p in student.named_parameters() if not _decays(n, p)],
            "weight_decay": 0.0,
        },
    ]
    optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / 500, max(0.02, 1 - step / steps))
    )
    state, begin = targets / "student.pt", 0
    if state.exists():
        saved = torch.load(state)
        student.load_state_dict(saved["student"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        begin = saved["epoch"]
    started = time.monotonic()
    for epoch in range(begin, epochs):
        rng = np.random.default_rng(epoch)
        torch.manual_seed(epoch)
        totals = np.zeros(4)
        for ids, tokens, sentences in batches(shards, rng):
            loss, parts = losses(student, ids, tokens, sentences, mask_id)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            totals += [1, *parts]
        token, sentence, contrast = totals[1:] / totals[0]
        print(
            f"epoch {epoch + 1} of {epochs}: 1 - cosine of tokens {token:.4f}, of lines "
            f"{sentence:.4f}; contrastive {contrast:.4f}; {time.monotonic() - started:.0f} s",
            flush=True,
        )
        partial = state.with_suffix(".part")
        torch.save(
            {
                "student": student.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "epoch": epoch + 1,
            },
            partial,
        )
        partial.replace(state)


def _decays(name: str, parameter: torch.nn.Parameter) -> bool:
    return parameter.dim() > 1 and "embeddings" not in name


def losses(
    student: Any,
    ids: torch.Tensor,
    tokens: torch.Tensor,
    sentences: torch.Tensor,
    mask_id: int,
) -> tuple[torch.Tensor, list[float]]:
    """Return the loss of a batch, and its three parts."""
    mask = ids != PAD
    share = torch.rand(len(ids), 1) * MOST_MASKED
    hidden_ids = torch.where((torch.rand(ids.shape) < share) & (ids > 3), mask_id, ids)
    states = student(input_ids=hidden_ids, attention_mask=mask.long()).last_hidden_state
    token = (1 - F.cosine_similarity(states[mask], tokens[mask].float(), dim=-1)).mean()
    weights = mask.unsqueeze(-1).float()
    means = (states * weights).sum(1) / weights.sum(1)
    sentence = (1 - F.cosine_similarity(means, sentences, dim=-1)).mean()
    similar = F.normalize(means, dim=-1) @ F.normalize(sentences, dim=-1).T / TEMPERATURE
    own = torch.arange(len(ids))
    contrast = (F.cross_entropy(similar, own) + F.cross_entropy(similar.T, own)) / 2
    return token + sentence + 0.3 * contrast, [token.item(), sentence.item(), contrast.item()]


def batches(
    shards: list[Path], rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Yield ids, targets of pieces and of lines; lines of like length together, at random."""
    order = rng.permutation(len(shards))
    for first in range(0, len(order), POOL):
        loaded = [np.load(shards[i]) for i in order[first : first + POOL]]
        lengths = np.concatenate([shard["lengths"] for shard in loaded])
        ids = np.concatenate([shard["ids"] for shard in loaded])
        tokens = np.concatenate([shard["tokens"] for shard in loaded])
        sentences = np.concatenate([shard["sentences"] for shard in loaded])
        begins = np.concatenate([[0], np.cumsum(lengths)])
        likely = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)))
        groups: list[list[int]] = [[]]
        for i in likely.tolist():
            if lengths[i] * (len(groups[-1]) + 1) > TOKENS_A_BATCH and groups[-1]:
                groups.append([])
            groups[-1].append(i)
        for number in rng.permutation(len(groups)).tolist():
            rows = groups[number]
            longest = int(lengths[rows].max())
            out = torch.full((len(rows), longest), PAD)
            wanted = torch.zeros(len(rows), longest, tokens.shape[1], dtype=torch.float16)
            for row, i in enumerate(rows):
                piece = slice(begins[i], begins[i + 1])
                out[row, : lengths[i]] = torch.from_numpy(ids[piece].astype(np.int64))
                wanted[row, : lengths[i]] = torch.from_numpy(tokens[piece])
            yield out, wanted, torch.from_numpy(sentences[rows])
