"""Tasks: a value each, and a folder for each kind that holds all that the kind knows."""
