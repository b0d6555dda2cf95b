# Names for what people do here; `make help` lists them.
SHELL := /bin/bash
PRESET ?= dev
BIN := build/$(PRESET)/bin

.DEFAULT_GOAL := help
PROGRAMS = furnace furnace-gateway furnace-metering furnace-registry furnace-scheduler furnace-worker

.PHONY: help deps deps-lint deps-bench configure build test model chaos sinks dev demo lint bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/' | expand -t 14

deps: ## Install the Debian and npm packages that are missing
	@tools/install_packages.sh tools/packages.txt
	@tools/install_npm.sh tests/npm

deps-lint: deps
	@tools/install_packages.sh tools/packages-lint.txt

deps-bench: deps
	@tools/install_packages.sh tools/packages-bench.txt

configure: deps
	@cmake --preset $(PRESET)

build: configure ## Build everything (PRESET=dev)
	@cmake --build --preset $(PRESET)

# Memory, when there is room in it, or the usual folder: tests make many files, and kill processes, not disks.
TEST_TMPDIR = $$(test "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -gt 8000000 2>/dev/null \
  && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

# Most tests wait for processes more than they compute: three for each core.
test: build ## Build, then run every test
	@TMPDIR=$(TEST_TMPDIR) FURNACE_TEST_POSTGRES_TEMPLATE=$(CURDIR)/build/$(PRESET)/postgres-template \
	  ctest --preset $(PRESET) -j$$((3 * $$(nproc))) $(CTEST_FLAGS)

model: build ## Drive the queue's scripts and its state machine with 100,000 random operations
	@for test in $(BIN)/scheduler_*model_test; do \
	  FURNACE_TEST_OPERATIONS=100000 /usr/bin/python3 tests/support/with_servers.py $$test || exit 1; \
	done

chaos: build ## Kill every process while jobs run, and check that what was leased is what was billed
	@for test in kill equality; do \
	  FURNACE_BIN=$(BIN) PYTHONPATH=tests/support /usr/bin/python3 tests/e2e/$${test}_test.py || exit 1; \
	done

sinks: build ## Send 100,000 events to a stand-in of Waybill while both ends are killed at random
	@FURNACE_TEST_SINK_EVENTS=100000 FURNACE_BIN=$(BIN) PYTHONPATH=tests/support /usr/bin/python3 tests/e2e/sinks_test.py

dev: build ## Run the whole suite on this machine until Ctrl-C
	@exec $(BIN)/furnace dev

demo: configure ## Upscale a photograph on a suite of its own, from start to bill
	@cmake --build --preset $(PRESET) --target $(PROGRAMS)
	@exec /usr/bin/python3 tools/demo.py $(BIN)/furnace

lint: deps-lint ## Check formatting, house rules, protos, scripts and clang-tidy (CHANGED=1: only changed C++)
	@$(MAKE) --no-print-directory configure PRESET=lint
	@cmake --build --preset lint --target furnace_proto_sources
	@tools/lint.sh $(if $(CHANGED),--changed)

bench: deps-bench ## Measure the release build
	@$(MAKE) --no-print-directory configure PRESET=release
	@cmake --build --preset release --target $(PROGRAMS) bench-gateway bench-lifecycle bench-metering bench-usage usage_feeder
	@exec /usr/bin/python3 bench/run.py build/release/bin

clean: ## Delete what was built
	rm -rf build
