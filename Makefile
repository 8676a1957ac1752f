.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

BIN := .venv/bin
# Named after what the lock says, so that it is made again exactly when the lock changes.
STAMP := .venv/.ready-$(shell cksum < requirements-dev.txt | tr -d ' \t')
# Test processes that share the files of `make test`; the servers are shared too.
PROCESSES ?= 2
# Added to pytest's arguments: make test ARGS="-k parked -x"
ARGS ?=

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

.PHONY: setup
setup: $(STAMP) ## Make .venv from the locked requirements, with the command plumbline in it
	@:

$(STAMP):
	@.ci/setup
	@touch $@

.PHONY: test
test: setup ## Run all tests; RabbitMQ and PostgreSQL are found or started
	@$(BIN)/python -m tests.harness run --processes $(PROCESSES) -q $(ARGS)

.PHONY: unit
unit: setup ## Run the tests that need no server
	@$(BIN)/python -m pytest -q tests/unit tests/law tests/contract $(ARGS)

.PHONY: law
law: setup ## Run the statute tables
	@$(BIN)/python -m pytest -q tests/law $(ARGS)

.PHONY: mesh
mesh: setup ## Run the tests of the kernel's promises, over both transports
	@$(BIN)/python -m tests.harness run --processes $(PROCESSES) -q tests/mesh $(ARGS)

.PHONY: lint
lint: setup ## Check style, compose file, YAML and shell scripts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/yamllint --strict .
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/shellcheck .ci/run .ci/setup

.PHONY: fmt
fmt: setup ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

.PHONY: types
types: setup ## Check types
	@$(BIN)/mypy

.PHONY: contracts
contracts: setup ## Check who may import whom
	@$(BIN)/lint-imports

.PHONY: docs
docs: setup ## Write the pages that are made from the code
	@$(BIN)/plumbline settings --markdown > docs/configuration.md

.PHONY: bench
bench: setup ## Measure, against the rivals, and print one table
	@$(BIN)/python -m bench $(ARGS)

.PHONY: chaos
chaos: setup ## Kill things for a long time and count what was lost or doubled
	@$(BIN)/python -m bench.chaos $(ARGS)

.PHONY: lock
lock: setup ## Lock the requirements anew, with hashes
	@for set in requirements requirements-dev; do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header $$set.in -o $$set.txt; \
	done

.PHONY: demo
demo: setup ## Play a small story in one process, without any server, and show what happened
	@$(BIN)/plumbline demo

.PHONY: up
up: setup ## Run everything in this process, without any server
	@$(BIN)/plumbline up

.PHONY: clean
clean: ## Remove what was made, except var/
	@rm -rf .venv build ./*.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
