# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The one entrance. Every target sets up what it needs (Python environments, the lab) and can be run first.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules
.NOTPARALLEL:

TOOLS := tests/tools
IN := $(TOOLS)/in dev
FIGURES := python3 $(TOOLS)/figures.py
SUITES ?= check unit property integration molecule
# Passed to ansible-playbook, for instance: make create ARGS='--check --diff'
ARGS ?=
# How long make fuzz searches.
MINUTES ?= 10

.PHONY: help
help: ## list the targets
	@sed -n -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

.PHONY: create
create: lab-up ## set everything up, raise the lab, create a cluster on it (again: changes nothing)
	@$(TOOLS)/create $(ARGS)

.PHONY: test
test: lab-up ## all tests but the long suites: quality gates, unit, property, integration with real servers, molecule
	@python3 $(TOOLS)/suites.py run $(SUITES)

.PHONY: check
check: python ## quality gates: style, types, sanity, lint, docs, changelog, build + install + import
	@python3 $(TOOLS)/suites.py run check

.PHONY: e2e
e2e: lab-up ## create on the lab (1 + 1, external etcd and stacked), assert the lines, the network, the re-run
	@python3 $(TOOLS)/suites.py run e2e
	@$(FIGURES) show create apply

.PHONY: e2e-etcd
e2e-etcd: lab-up ## the part of it with an external etcd of three members
	@python3 $(TOOLS)/suites.py run e2e-etcd
	@$(FIGURES) show create_etcd apply_etcd

.PHONY: e2e-ha
e2e-ha: lab-up ## the same with three control plane nodes and two workers (opt-in, long)
	@python3 $(TOOLS)/suites.py run e2e-ha
	@$(FIGURES) show create_ha apply_ha

.PHONY: e2e-upgrade
e2e-upgrade: lab-up ## upgrade a cluster (1 + 1) to the lab's second release while a workload runs (opt-in, long)
	@python3 $(TOOLS)/suites.py run e2e-upgrade
	@$(FIGURES) show upgrade

.PHONY: e2e-upgrade-ha
e2e-upgrade-ha: lab-up ## the same with three control plane nodes and two workers (opt-in, very long)
	@python3 $(TOOLS)/suites.py run e2e-upgrade-ha
	@$(FIGURES) show upgrade_ha

.PHONY: e2e-upgrade-killed
e2e-upgrade-killed: lab-up ## upgrade a cluster (1 + 1) by runs that are killed again and again (opt-in, long)
	@python3 $(TOOLS)/suites.py run e2e-upgrade-killed
	@$(FIGURES) show upgrade

.PHONY: e2e-upgrade-minor
e2e-upgrade-minor: lab-up ## upgrade a cluster (1 + 1) to the next minor version of Kubernetes (opt-in, long)
	@python3 $(TOOLS)/suites.py run e2e-upgrade-minor
	@$(FIGURES) show upgrade_minor

.PHONY: e2e-workload
e2e-workload: lab-up ## create and delete a cluster that another one manages, which stays as it is (opt-in, long)
	@python3 $(TOOLS)/suites.py run e2e-workload
	@$(FIGURES) show create_workload delete_workload

.PHONY: e2e-packages
e2e-packages: lab-up ## curated packages with pods, on a cluster behind a registry mirror (opt-in, long)
	@$(TOOLS)/lab program eks-anywhere-packages
	@python3 $(TOOLS)/suites.py run e2e-packages
	@$(FIGURES) show packages_lab

.PHONY: faults
faults: lab-up ## bad input and broken surroundings: one clear error each, nothing left behind
	@python3 $(TOOLS)/suites.py run faults

.PHONY: faults-delete
faults-delete: lab-up ## delete clusters half built, and with deletions that are killed: nothing left (opt-in, long)
	@python3 $(TOOLS)/suites.py run faults-delete
	@$(FIGURES) show delete.

.PHONY: why
why: python lab-build ## break a cluster in many ways between real servers and time how fast the cause is named; needs no lab
	@python3 $(TOOLS)/suites.py run why
	@$(FIGURES) show why.

.PHONY: kinds
kinds: python lab-build ## carry out every kind of change between real servers, each planned before (opt-in); needs no lab
	@python3 $(TOOLS)/suites.py run kinds
	@$(FIGURES) show upgrade.

.PHONY: packages
packages: python lab-build ## curated packages with the real package controller between real servers; needs no lab
	@$(TOOLS)/lab program eks-anywhere-packages
	@python3 $(TOOLS)/suites.py run packages
	@$(FIGURES) show packages.

.PHONY: cuts
cuts: python lab-build ## moves and deletions cut at a sample of their requests, then run again; needs no lab
	@python3 $(TOOLS)/suites.py run cuts
	@$(FIGURES) show move. delete. clusterctl.

.PHONY: cuts-all
cuts-all: python lab-build ## the same at every request (opt-in, takes hours)
	@python3 $(TOOLS)/suites.py run cuts-all
	@$(FIGURES) show move. delete. clusterctl.

.PHONY: perf
perf: lab-up ## measure against the budgets and print all figures
	@python3 $(TOOLS)/suites.py run perf
	@$(FIGURES) show

.PHONY: perf-config
perf-config: python ## measure reading, checking and rendering of configs, which needs no lab
	@python3 $(TOOLS)/suites.py run perf-config
	@$(FIGURES) show config.

.PHONY: perf-validate
perf-validate: python lab-build ## measure validation of large simulated vCenters, beside what others do (opt-in, long)
	@python3 $(TOOLS)/suites.py run perf-validate
	@$(FIGURES) show validate.

.PHONY: perf-fleet
perf-fleet: python lab-build ## measure a fleet: inventory, plans, a rehearsal (opt-in, long; EKSA_KUBERNETES_COLLECTIONS holds kubernetes.core)
	@python3 $(TOOLS)/suites.py run perf-fleet
	@$(FIGURES) show fleet.

.PHONY: awx
awx: python ## set up AWX by its own modules against an API that stores; EKSA_AWX_COLLECTIONS holds awx.awx (opt-in)
	@python3 $(TOOLS)/suites.py run awx

.PHONY: mesh
mesh: python lab-build ## jobs over a receptor mesh that loses a node; EKSA_RECEPTOR names the program, needs root (opt-in)
	@$(TOOLS)/env mesh
	@python3 $(TOOLS)/suites.py run mesh
	@$(FIGURES) show mesh.

.PHONY: browser
browser: python ## look at the report of a fleet in headless chromium, which has to be installed (opt-in)
	@python3 $(TOOLS)/suites.py run browser

.PHONY: fuzz
fuzz: ## search MINUTES=10 long for texts that break the config rooms (opt-in; Linux on x86-64)
	@$(TOOLS)/in fuzz python tests/fuzz/fuzz_config.py --minutes $(MINUTES)

.PHONY: docs
docs: python ## build the documentation site into build/docs/html
	@$(TOOLS)/docs

.PHONY: lab-build
lab-build: python ## build the programs that integration tests start (cached)
	@$(TOOLS)/lab build

.PHONY: lab-up
lab-up: python ## raise the simulated datacenter (builds it first, if need be)
	@$(TOOLS)/lab up

.PHONY: lab-down
lab-down: python ## remove all that lab-up and create started, and nothing else
	@$(TOOLS)/lab down

.PHONY: clean
clean: ## remove what the targets wrote into this checkout (caches under the user's cache directory stay)
	@rm -rf build collections .ansible .mypy_cache .ruff_cache .pytest_cache tests/output changelogs/.plugin-cache.yaml
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Not listed: a bare machine has no Python yet, and the tools above are written in it.
.PHONY: python
python:
	@$(TOOLS)/env dev
