# Quietline. `make` alone shows this help.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
LOCAL := $(PYTHON) -m infra.local
export PYTHONPATH := layers/core/python:.
# As Python does by itself, also where the shell forbids it: otherwise each test process compiles all that it imports.
export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(PYTHON) -m pytest
# The isolated local clouds of `make test`, each with its own state and ports: one as `make up` leaves it, one that
# enforces IAM and has short days.
OPEN_CLOUD := QUIETLINE_LOCAL=.local/test-open QUIETLINE_PORT=$$(($${QUIETLINE_TEST_PORT:-4666} + 20))
TEST_CLOUD := QUIETLINE_LOCAL=.local/test QUIETLINE_PORT=$${QUIETLINE_TEST_PORT:-4666} QUIETLINE_AUTH=1 QUIETLINE_DAY_SECONDS=4
FAST := tests/unit tests/cli tests/contract tests/functions tests/workflows tests/infra tests/architecture tests/local

# What runs on the cloud as `make up` leaves it; everything runs on one that enforces IAM, where more can fail.
OPEN := tests/e2e/test_round_trip.py tests/e2e/test_then_restart.py

.PHONY: help setup up down clean test fast check synth deploy invoke bench openapi docs

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install the tools of a fresh clone (every other target does it by itself)
	@command -v python3 >/dev/null || { echo "make setup: python3 was not found: install Python 3.13, for example with pyenv."; exit 1; }
	@python3 infra/local/setup.py

up: setup ## Start the local cloud, deploy everything to it and fill it with sample data
	@$(LOCAL) up

down: setup ## Stop the local cloud and keep what it knows
	@$(LOCAL) down

clean: setup ## Stop the local cloud and forget what it knows
	@$(LOCAL) clean

fast: setup layers-built ## Run the tests that need no local cloud and no browser
	@$(PYTEST) -n 3 --dist loadfile $(wildcard $(FAST))

test: fast ## Run every test, the last ones against local clouds of their own
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line guarded-cloud pages-and-open-cloud

# The two halves run side by side; the clouds wait for much.
guarded-cloud:
	@set -e; trap '$(TEST_CLOUD) $(LOCAL) clean' EXIT; \
	  $(TEST_CLOUD) $(LOCAL) clean; $(TEST_CLOUD) $(LOCAL) up; $(TEST_CLOUD) $(PYTEST) tests/e2e

pages-and-open-cloud:
	@$(PYTEST) $(wildcard tests/web)
	@set -e; trap '$(OPEN_CLOUD) $(LOCAL) clean' EXIT; \
	  $(OPEN_CLOUD) $(LOCAL) clean; $(OPEN_CLOUD) $(LOCAL) up; $(OPEN_CLOUD) $(PYTEST) $(OPEN)

check: setup ## Formatting, lint, imports, types, API drift; changes nothing
	@.venv/bin/ruff format --check -q . || { echo "Run .venv/bin/ruff format ."; exit 1; }
	@.venv/bin/ruff check -q .
	@.venv/bin/lint-imports
	@.venv/bin/mypy --no-error-summary layers/core/python/quietline infra cli functions
	@$(PYTHON) -m tools.docs --check
	@echo "All checks passed."

.PHONY: layers-built pages-built guarded-cloud pages-and-open-cloud
layers-built:
	@$(PYTHON) -m infra.layers

pages-built:
	@$(PYTHON) -m web.build

synth: setup layers-built pages-built ## Write the CloudFormation templates to build/cdk.out (no account needed)
	@rm -rf build/cdk.out
	@CDK_OUTDIR=build/cdk.out $(PYTHON) -m infra.app $(CDK_ARGUMENTS)
	@ls build/cdk.out/*.template.json

deploy: setup layers-built pages-built ## Deploy to the AWS account of your credentials (see docs/how-to/deploy.md)
	@node_modules/.bin/cdk deploy --all $(CDK_ARGUMENTS)

invoke: setup ## Run a deployed function on an event file: make invoke FN=public_api EVENT=events/public_api.json
	@$(LOCAL) invoke "$(FN)" "$(EVENT)"

bench: setup layers-built ## Run all benchmarks, or one: make bench BENCH="publish --scale 0.1"
	@python3 infra/local/setup.py bench
	@.local/bench/bin/python -m bench $(BENCH)

openapi: setup ## Write docs/reference/openapi.json from the functions
	@$(PYTHON) -m tools.openapi

docs: setup layers-built ## Write the generated pages of docs/reference
	@$(PYTHON) -m tools.docs
