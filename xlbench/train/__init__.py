"""Training of arms in three phases: an encoder, an intermediate task or several, a target task.

Source: Phang et al. 2020 (arXiv 2005.13013, section 2), and its code, nyu-mll/jiant. The loop,
the optimizer and the saved states are those of ``transformers.Trainer``; what stands here is
data, the order of batches, heads on a shared encoder, and what is written. Knows tasks, data and
checkpoints, and nothing of measuring.
"""
