# voc: `make demo` shows what it does, `make test` proves it works. Both set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test check setup setup-dev constraints docs notebooks serve clean

setup: $(VENV)/.base  ## the base install: no torch
setup-dev: $(VENV)/.dev  ## everything the tests need

$(BIN)/python:
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"voc needs Python 3.11 to 3.13, this is {v[0]}.{v[1]}; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.base

demo: setup
	$(BIN)/voc demo --out voc-demo

test: setup-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: setup-dev
	$(BIN)/ruff format --check voc service tests models benchmarks
	$(BIN)/ruff check voc service tests models benchmarks
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py

docs: $(BIN)/python
	$(PIP) install -c constraints.txt 'mkdocs-material>=9.5' 'mkdocstrings[python]>=0.26'
	$(BIN)/mkdocs build --site-dir site

serve: setup-dev
	$(BIN)/voc serve

clean:
	rm -rf $(VENV) voc-demo

constraints: $(BIN)/python  ## refresh the pins after changing pyproject.toml
	rm -rf .cache/pins && $(PYTHON) -m venv .cache/pins
	.cache/pins/bin/python -m pip install -q -e '.[dev,all,train,docs,bench]'
	(echo '# Exact versions that `make` installs; refresh with `make constraints`.'; .cache/pins/bin/python -m pip freeze --exclude-editable) > constraints.txt
