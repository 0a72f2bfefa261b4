"""Pictures as values: shapes on a canvas, and the ways to write them down. Knows no result."""
