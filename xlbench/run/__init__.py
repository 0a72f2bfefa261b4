"""One run: settings, the cells it means, rounds over them, what they brought."""
