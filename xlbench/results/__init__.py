"""The result folder: schema, writing, resuming, reading."""
