# BZPEER. `make` lists what there is.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps
SHELL  := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# uv takes the certificates of the system: it works behind a company's own authority as well.
export UV_SYSTEM_CERTS := 1
# For small matrices a second thread only waits, busily.
export OPENBLAS_NUM_THREADS := 1
UV := $(BIN)/uv
CODE := contracts chassis services deploy tests

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 14

.PHONY: run
run: setup ## Start everything, print the address of a researcher's page; Ctrl-C stops it
	@exec $(BIN)/bzpeer up

.PHONY: setup
setup: $(STAMPS)/local ## Make .venv with all that a run needs

.PHONY: dev
dev: $(STAMPS)/dev ## Make .venv with all that tests and checks need

.PHONY: test
test: dev chromium ## Run the tests against a real MongoDB and a real Kafka
	$(BIN)/pytest

.PHONY: chromium
chromium: $(STAMPS)/dev
	@deploy/local/chromium.sh $(BIN)/playwright

.PHONY: lint
lint: dev ## Style, formatting, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: dev ## Type check
	$(BIN)/mypy --strict $(CODE)

.PHONY: contracts
contracts: dev ## Write the JSON Schemas, the AsyncAPI and the OpenAPI documents anew
	$(BIN)/python -m contracts.generate
	$(BIN)/python -m deploy.openapi

.PHONY: bench
bench: dev ## Measure: ingest, pages, commands
	$(BIN)/pytest tests/bench/bench_*.py -s

.PHONY: bench-throughput
bench-throughput: dev ## Measure: works per second as the corpus grows, and the floor
	$(BIN)/pytest tests/bench/bench_throughput.py -s

.PHONY: proof-order
proof-order: dev ## Ingest the ACL Anthology in several orders and compare (BZPEER_SHARED_DATA)
	$(BIN)/pytest tests/bench/proof_order.py -s

.PHONY: bench-works
bench-works: dev ## Measure how right works are joined by title and authors (BZPEER_SHARED_DATA)
	$(BIN)/python -m tests.bench.works

.PHONY: bench-authors
bench-authors: dev ## Measure author resolution on the ACL Anthology (BZPEER_SHARED_DATA)
	$(BIN)/python -m tests.bench.authors

.PHONY: train-authors
train-authors: dev ## Count names and words, train the model of author resolution, cross-validate it
	$(BIN)/python -m tests.bench.frequencies
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.bench.train_authors --write

.PHONY: chaos
chaos: dev ## Kill processes in the middle of an ingest and compare the outcome
	$(BIN)/pytest tests/chaos -s

.PHONY: docs
docs: contracts ## The same: the generated documentation is the contracts'

.PHONY: lock
lock: $(STAMPS)/dev ## Choose the newest versions and write the locks anew
	UV=$(abspath $(UV)) requirements/lock.sh
	$(BIN)/python -m deploy.local.jars

.PHONY: clean
clean: ## Stop the stack and delete its data and .venv
	@if [ -x $(BIN)/bzpeer ]; then $(BIN)/bzpeer down; fi
	rm -rf $(VENV) .bzpeer

# ---- environment -------------------------------------------------------------------------------
# A stamp is newer than the lock it stands for, so nothing is done when no lock has changed.

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null \
	  || { echo "No $(PYTHON) here: install Python 3.11 or newer, or say PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is $$($(PYTHON) -V 2>&1): BZPEER needs 3.11 or newer; say PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make environments: install its venv package (Debian: python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/uv: requirements/bootstrap.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/local: requirements/local.txt pyproject.toml $(STAMPS)/uv
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $<
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/local
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $<
	@touch $@
