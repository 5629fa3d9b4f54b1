# `make demo` and `make test` work on a machine that has Python and make, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CONFIG ?= my-watch

# Where nothing may be compiled beside the sources, each process compiles everything anew: half of the tests' start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install demo run test check format lock bench

help: ## Say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## Make .venv from the lock, with Storywatch in it

$(INSTALLED): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Storywatch needs Python 3.11 or newer: make PYTHON=python3.12 install" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install ## Play the sample story: local outlets, the real daemon, real mail and webhook calls
	$(BIN)/storywatch demo

run: install ## Watch the real outlets with the config in CONFIG (made from the sample if absent)
	@test -d $(CONFIG) || $(BIN)/storywatch init $(CONFIG)
	$(BIN)/storywatch run --config $(CONFIG)

# Alone first: what one process compiles then, all others find.
test: install ## Run the tests
	$(BIN)/python -m pytest -m alone
	$(BIN)/python -m pytest -m "not alone" --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: install ## Lint, types, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install ## Measure, as ratios within one run
	$(BIN)/python -m bench

lock: ## Renew the locks; needs uv
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --group dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
