# Everything a day needs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build check test demo bench fmt

TARGET := $(or $(CARGO_TARGET_DIR),target)

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

build: ## Build the optimised binary, target/release/entente
	cargo build --release -p entente-server

demo: ## Build quickly, then run an org, a site and the server in one process
	cargo build --profile demo -p entente-server && exec $(TARGET)/demo/entente demo $(ARGS)

test: ## Run every test, then hold docs/coverage.md against what ran
	tools/run-tests

check: ## Look without running: format, lints, tidiness, licences and advisories
	tools/run-checks

bench: ## Measure, and print the figures with the machine they belong to
	bench/run $(ARGS)

fmt: ## Format the code
	cargo fmt --all
