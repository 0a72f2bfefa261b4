"""``python -m xlbench``."""

from xlbench.cli.main import main

main()
