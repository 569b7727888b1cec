# `make` alone lists the targets. Everything but help and clean sets up first, which costs a moment when nothing changed.

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz lint types templates snapshot template bench lock fmt clean

# Whatever python3 there is runs the setup, which then looks for the best one; `make setup PYTHON=...` names it.
RUN_SETUP := $(if $(PYTHON),$(PYTHON),python3)
PY := .venv/bin/python
PYTEST_ARGS ?=
# Files of tests go to one process more than there are cores; more than four only wait for the longest file.
SPREAD := -n auto --maxprocesses 4 --no-loadscope-reorder

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
# Without bytecode every import of the CDK compiles it anew, which costs ten seconds a synth.
unexport PYTHONDONTWRITEBYTECODE
export CDK_DISABLE_CLI_TELEMETRY := true
export CDK_DISABLE_VERSION_CHECK := 1
# Node 20 works and is supported here; jsii's banner of eleven lines at every start says only that it is old.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

setup: ## make .venv, .venv-ministack and node_modules from the locks (PYTHON=path names the interpreter)
	@"$(RUN_SETUP)" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null || { \
		echo "setup: '$(RUN_SETUP)' does not run, or is far too old; Dockwarden needs Python 3.11 or newer (make PYTHON=/path/to/python3.13)." >&2; \
		exit 1; }
	@"$(RUN_SETUP)" scripts/setup.py

demo: setup ## deploy to the local AWS and play the scenarios (SCENARIO=name for one, KEEP=1 leaves it running)
	@SCENARIO="$(SCENARIO)" KEEP="$(KEEP)" $(PY) -m lab.demo

test: setup ## every test that CI runs, on all cores (PYTEST_ARGS="-k name" for some, "-n 0" in one process)
	@$(PY) -m pytest $(SPREAD) $(PYTEST_ARGS)

fuzz: setup ## look for a broken invariant with new sequences (MINUTES=5; SEED=n begins where a run had begun)
	@$(PY) -m tests.fuzz --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED))

lint: setup ## ruff: rules and format
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: setup ## mypy, strict, tests included
	@$(PY) -m mypy

templates: setup ## synthesize; cfn-lint and cdk-nag on the templates
	@$(PY) scripts/check_templates.py

snapshot: setup ## write the committed permission and logical-id snapshots anew
	@$(PY) scripts/write_snapshots.py

template: setup ## write plain CloudFormation to build/template, for those who cannot run the CDK
	@$(PY) scripts/write_template.py build/template

bench: setup ## measure the budgets: a table, and JSON in build/bench.json
	@$(PY) -m benchmarks

lock: setup ## resolve the dependencies anew and pin them by hash
	@$(PY) scripts/lock.py

fmt: setup ## format, and repair what ruff can repair
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

clean: ## remove everything that setup, synth, tests and tools made
	rm -rf .venv .venv-ministack node_modules build cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
