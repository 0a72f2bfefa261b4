"""Tasks as data, and one file for each kind of task: encoding and decoding."""
