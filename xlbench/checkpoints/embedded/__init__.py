"""The embedded toy checkpoints: architecture and tokenizer as files, and the script behind them."""
