"""What is held of a whole cell, in memory that does not grow with it: values, texts, vectors."""
