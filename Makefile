# Everything a day needs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build check test sim demo bench soak fmt sbom fuzz mutants

TARGET := $(or $(CARGO_TARGET_DIR),target)

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

build: ## Build the optimised binary, target/release/entente, with the console where Node is
	@tools/console-build
	cargo build --release -p entente-server

demo: ## Build quickly, then run an org, a site and the server in one process
	@tools/console-build
	cargo build --profile demo -p entente-server && exec $(TARGET)/demo/entente demo $(ARGS)

test: ## Run every test, then hold docs/coverage.md against what ran
	tools/run-tests

export SEED SEEDS WITHOUT CATCH WRONG
sim: ## Play SEEDS=n histories against the sandbox, or the one of SEED=k
	SHARE=$(or $(SHARE),4) cargo test --profile sim -p entente-engine --test simulation -- --nocapture

check: ## Look without running: format, lints, tidiness, licences and advisories
	tools/run-checks

bench: ## Measure, and print the figures with the machine they belong to
	bench/run $(ARGS)

export SOAK_MINUTES SOAK_LINKS
soak: build ## Keep the release binary at work, SOAK_MINUTES=30 on SOAK_LINKS=20000, and see what wears out
	bench/soak

sbom: ## Write what the binary is made of, as CycloneDX: target/entente.cdx.json
	@cargo cyclonedx --version >/dev/null 2>&1 || { echo "first: cargo install cargo-cyclonedx --locked" >&2; exit 1; }
	cargo cyclonedx --manifest-path crates/server/Cargo.toml --format json --spec-version 1.5 --override-filename entente.cdx
	mv crates/server/entente.cdx.json $(TARGET)/ && rm crates/*/entente.cdx.json

fuzz: ## Throw random input at what reads others' words, SECONDS_EACH=60 per target
	tools/fuzz $(TARGETS)

mutants: ## Change one decision after the other and see that a test fails, as .cargo/mutants.toml says
	@cargo mutants --version >/dev/null 2>&1 || { echo "first: cargo install cargo-mutants --locked" >&2; exit 1; }
	cargo mutants -p entente-core -o $(TARGET) $(ARGS)

fmt: ## Format the code
	cargo fmt --all
