"""Readers: the embedded sample, an XTREME folder, the Hub's parquet files."""
