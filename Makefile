# `make help` lists the targets. They work on a fresh Debian or Ubuntu machine with the Swift toolchain, git and
# make: what else they need they install (see deploy/install-deps).

SHELL := /bin/bash
SWIFT ?= swift
SCRIPTS := .ci/run $(shell git ls-files deploy Benchmarks | xargs -r grep -lE '^\#!/bin/bash' 2>/dev/null)
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Tests

# Benchmarks are a package of their own, so that nothing depends on what they need. They are built in the same place, where
# what they share with larder and larderd is built already.
# Two packages share .build, so that what they have in common is built once; without the flag SwiftPM takes the plan of the one
# for that of the other.
RELEASE := -c release --disable-build-manifest-caching
BENCHMARKS := $(RELEASE) --package-path Benchmarks --scratch-path .build

.DEFAULT_GOAL := help
.PHONY: help build build-bench test test-long fuzz demo bench package lint format install-deps clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build larder and larderd into .build/release/
	@deploy/install-deps build
	$(SWIFT) build $(RELEASE) --product larder
	$(SWIFT) build $(RELEASE) --product larderd

# All tests begin at once otherwise, and those that compute keep the others from their answers until those give up.
test: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 24
test: ## Run all tests
	@deploy/install-deps build test
	@deploy/peers install test
	@deploy/helm/check --install
	@deploy/install-deps micro
	$(SWIFT) build $(BENCHMARKS) --build-tests
	$(SWIFT) test $(BENCHMARKS) --disable-xctest --skip-build
	.build/release/larder-bench micro --check
	$(SWIFT) test --disable-xctest

# What proves that nothing is lost, at full length; each count may be given, as may LARDER_PROOF_SEED.
PROOFS := ChunkStoreTests.(Model|CrashState|Soak|MoreFault|Fault|Damage|RecordDamage|IndexDamage|Corpus|Fuzz)|KillTests|ServerSoakTests|DifferentialTests|HitRateTests|WrongHitFuzzTests|TenantOracleTests
test-long: export LARDER_PROOF_OPERATIONS ?= 1000000
test-long: export LARDER_PROOF_STATES ?= 10000
test-long: export LARDER_PROOF_CYCLES ?= 1000
test-long: export LARDER_PROOF_SECONDS ?= 3600
test-long: export LARDER_PROOF_INPUTS ?= 100000
test-long: export LARDER_PROOF_DOCKERFILES ?= 400
test-long: export LARDER_PROOF_CHANGES ?= 200
test-long: export LARDER_PROOF_MUTATIONS ?= 50000
test-long: export LARDER_PROOF_FILES ?= 100000
test-long: export LARDER_PROOF_ACCESS_SAMPLES ?= 10000
test-long: export LARDER_PROOF_LOG ?= $(CURDIR)/.build/proofs.log
test-long: ## Run the proofs of reliability at full length (hours), and print one line for each
	@deploy/install-deps build test
	@deploy/peers install test
	@rm -f "$$LARDER_PROOF_LOG"
	$(SWIFT) test --disable-xctest --no-parallel --filter '$(PROOFS)' || status=$$?; \
	    echo; cat "$$LARDER_PROOF_LOG"; exit $${status:-0}

# All that reads what strangers send; FUZZ chooses by a part of the test's name, LARDER_FUZZ_SEED replays a failure.
FUZZ ?= (Fuzz|Corpus)Tests
fuzz: export LARDER_FUZZ_SECONDS ?= 600
fuzz: ## Fuzz every parser, and a running server, LARDER_FUZZ_SECONDS (600) each
	@deploy/install-deps build test
	$(SWIFT) test --disable-xctest --no-parallel --filter '^(?!EndToEndTests).*$(FUZZ)'

demo: ## Build a real application three times and show what was reused
	@deploy/install-deps demo
	@$(MAKE) --no-print-directory build
	deploy/demo/run

build-bench: ## Build larder-bench into .build/release/
	$(SWIFT) build $(BENCHMARKS) --product larder-bench
	$(SWIFT) build $(BENCHMARKS) --product larder-bench-micro

# Which benchmarks `make bench` runs, and at which length: quick, full, or smoke.
BENCH ?= hitrate micro scale store registry e2e
BENCH_LENGTH ?= quick

bench: export BENCH_LENGTH := $(BENCH_LENGTH)
bench: ## Measure Larder, also against other tools, in ten minutes (BENCH=e2e for one only; BENCH_LENGTH=full takes hours)
	@deploy/install-deps bench
	@$(MAKE) --no-print-directory build build-bench
	Benchmarks/run $(BENCH)

package: ## Make Debian packages in .build/packages
	@deploy/install-deps package
	@$(MAKE) --no-print-directory build
	deploy/package/debian .build/release .build/packages

lint: ## Check formatting and style of the Swift code, and the syntax of the scripts
	$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	@for script in $(SCRIPTS); do echo "bash -n $$script"; bash -n "$$script" || exit 1; done

format: ## Format the Swift code in place
	$(SWIFT) format format --in-place --parallel --recursive $(SWIFT_SOURCES)

install-deps: ## Install the apt packages, and the other tools, that building, testing and the demo need
	@deploy/install-deps build test demo
	@deploy/peers install test
	@deploy/helm/check --install

clean: ## Remove what was built, and the demo's and benchmarks' files
	rm -rf .build .demo Benchmarks/.build Benchmarks/results
