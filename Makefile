# One word to do anything: `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help run test check format bench fuzz docs messages lock packages clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 12

run: $(VENV)/.run ## set up and start the service at http://127.0.0.1:8000 (SQLite, one data folder)
	$(BIN)/colophon serve

test: packages $(VENV)/.dev ## set up and prove everything: checks, tests on SQLite and PostgreSQL, pages in a browser
	$(MAKE) check
	$(BIN)/pytest -n 2 -q
	$(BIN)/python tools/on_postgres.py $(BIN)/pytest -q tests/store tests/parties tests/content tests/site

check: export COLOPHON_DATA := $(CURDIR)/build/check-data
check: $(VENV)/.dev ## style, types, floors, structure, documents
	$(BIN)/ruff check src tests tools benchmarks docs
	$(BIN)/ruff format --check src tests tools benchmarks docs
	PYTHONPATH=src $(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pytest -q tests/structure tests/docs
	$(BIN)/python -m mkdocs build --strict

format: $(VENV)/.dev ## bring the code into shape
	$(BIN)/ruff format src tests tools benchmarks docs
	$(BIN)/ruff check --fix src tests tools benchmarks docs

bench: $(VENV)/.dev ## measure; writes docs/benchmarks/
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/.dev ## damage files a million times (RUNS=...); writes docs/benchmarks/fuzz.md
	$(BIN)/python -m tests.fuzz --runs $(or $(RUNS),1000000) --write docs/benchmarks/fuzz.md

docs: $(VENV)/.dev ## build the documents into build/docs
	$(BIN)/python -m mkdocs build --strict

messages: $(VENV)/.dev ## gather and compile the translations
	$(BIN)/python tools/messages.py

lock: ## pin every dependency again, with hashes and without hosts
	sh tools/lock.sh

packages:
	@sh tools/debian_packages.sh

clean: ## remove what was built (never the data folder)
	rm -rf build artifacts .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The pinned packages, then this one, without asking anybody for anything unpinned.
define install
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/$(1).lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
endef

$(VENV)/.run: requirements/run.lock pyproject.toml
	$(call install,run)
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml
	$(call install,dev)
	@touch $@ $(VENV)/.run
