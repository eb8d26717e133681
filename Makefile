PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint check bench simulate lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "%-12s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: set PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $(STAMP)

setup: $(STAMP) ## make .venv with .venv/bin/ifs-jaggaer

demo: setup ## run all syncs against the embedded sandbox (DEMO_ARGS="--stay" keeps the UI up)
	$(BIN)/ifs-jaggaer demo $(DEMO_ARGS)

lint: setup ## ruff, mypy strict, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: setup lint ## everything that CI runs
	$(BIN)/pytest -n 2 --dist loadfile $(PYTEST_ARGS)

bench: setup ## all syncs on seeded data; BENCH_ARGS="--suppliers 200 --orders 1000 --invoices 500"
	$(BIN)/python benchmarks/syncs.py $(BENCH_ARGS)

simulate: setup ## lives of both tenants by seed, until a law breaks; SEEDS=1000 DAYS=5 JOBS=2, or SEEDS=7,9
	PYTHONPATH=tests $(BIN)/python -m simulation --seeds $(or $(SEEDS),20) --days $(or $(DAYS),5) --jobs $(or $(JOBS),2)

lock: setup ## renew requirements.lock (needs uv on the path)
	uv pip compile pyproject.toml --group dev -c constraints.in --python-version 3.11 --generate-hashes --no-header -o requirements.lock

clean: ## remove what setup made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
