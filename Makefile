# make demo: the main job on the embedded sample.  make test: lint, types, tests.
# Each sets up .venv with pinned versions first, from Python 3.11 to 3.13 and nothing else.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
DEMO_OUT ?= results/demo
JOBS ?= 2
# Every process of the tests would compile the same sources again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint types tests clean
.DELETE_ON_ERROR:

# torch first: with its version pinned, pip takes the build that fits the machine.
$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else "xlbench needs Python 3.11 to 3.13, found %d.%d: make PYTHON=/path/to/python3.11" % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(VENV)/installed
	rm -rf $(DEMO_OUT)
	$(BIN)/xlbench run --ckpt base --langs all --out $(DEMO_OUT)

test: lint
	@$(MAKE) --no-print-directory -j 2 types tests

# Neighbours share what a file sets up; whoever is done first takes work from the other.
tests: $(VENV)/installed
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed
	$(BIN)/mypy

clean:
	rm -rf $(VENV) results build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
