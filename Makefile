# Plumbline. `make` alone lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
EXTENSION_SOURCES = $(shell find extension/src extension/public -type f 2>/dev/null) \
  $(wildcard extension/*.ts extension/*.json) backend/catalogue/catalogue.yaml \
  $(wildcard backend/reports/redaction/*.json)

.PHONY: help run demo messages test check lint fix lock extension store adapter bench evaluate parity clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.ready extension ## install, build and start everything; Ctrl-C stops it
	@exec $(BIN)/python manage.py run

demo: .venv/.ready ## fill the SIMULATED episode again, and analyse it
	@$(BIN)/python manage.py fill_demo
	@$(BIN)/python manage.py run_analysis

# --- tests: the quick checks first, then three rings, the browser last

test: .venv/.ready extension check chromium firefox lint ## everything that must be true: lint, units, browser
	cd extension && npm run test
	$(BIN)/python -m pytest analysis tests/analysis
	$(BIN)/python -m pytest tests --ignore=tests/analysis --ignore=tests/e2e -n 2 --dist loadfile
	$(BIN)/python -m pytest tests/e2e

lint: .venv/.ready extension/node_modules/.ready ## style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --collect-only -qq analysis tests | sed -n '/= ERRORS =/,$$p' # every test can be imported
	cd extension && npm run typecheck && npm run lint

fix: .venv/.ready ## repair the style that can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: .venv/.ready backend/locale/.ready # the settings load and every migration is made
	@$(BIN)/python manage.py check
	@$(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: chromium firefox
chromium firefox: # the browsers of tests/e2e
	@./.ci/$@

bench: .venv/.ready ## measure; BENCH=redaction runs that one, DATA=folder has the labelled sets, N=reports for explorer
	@for bench in $(or $(BENCH),$(filter-out __init__ parity million,$(basename $(notdir $(wildcard benchmarks/*.py))))); do \
	  $(if $(N),N=$(N)) $(BIN)/python -m benchmarks.$$bench $(DATA); done

evaluate: .venv/.ready ## the method's own error rates on simulated worlds; DATA=folder adds real answers
	@$(BIN)/python -m analysis.evaluate $(if $(DATA),--data $(DATA)) || \
	  echo "Some are not met: docs/method.md says which and why."

parity: .venv/.ready extension/node_modules/.ready ## both redaction engines on every text of DATA=folder
	@$(BIN)/python -m benchmarks.parity $(DATA)

# --- the environment; each stamp is made again when what it depends on has changed

.venv/.ready: requirements.lock
	@./.ci/python "$(PYTHON)"
	@touch $@

lock: ## resolve requirements.lock again, from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header --python-version 3.11 \
	  --python-platform x86_64-manylinux_2_28 --quiet --output-file requirements.lock

backend/locale/.ready: .venv/.ready $(wildcard backend/locale/*/LC_MESSAGES/*.po)
	$(BIN)/python -m backend.translations compile
	@touch $@

messages: .venv/.ready ## gather every marked string into backend/locale/*/LC_MESSAGES/django.po
	@$(BIN)/python -m backend.translations update

extension/node_modules/.ready: extension/package.json extension/package-lock.json
	@./.ci/node
	cd extension && npm ci --no-audit --no-fund
	@touch $@

extension: extension/.output/.ready ## build the browser extension for Chrome and Firefox

extension/.output/.ready: extension/node_modules/.ready $(EXTENSION_SOURCES)
	cd extension && npm run build:chrome && npm run build:firefox
	@touch $@

store: .venv/.ready extension/node_modules/.ready ## what goes to the browsers' stores: zips in extension/.output
	cd extension && npm run zip

adapter: extension/node_modules/.ready ## begin an adapter: make adapter SITE=slug
	@cd extension && node build/scaffold.mjs "$(SITE)"

clean: ## delete the environments and builds; data in .plumbline stays
	rm -rf .venv extension/node_modules extension/.output extension/.wxt
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis test-artefacts
