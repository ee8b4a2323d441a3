# Chuẩn: every command a person needs. `make help` lists them.
PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PHOTOS ?= tests/material/barcode_photos
export PYTHONDONTWRITEBYTECODE = 1
# The tests copy databases and throw them away thousands of times: in memory, where 8 GB are free, that takes a quarter less time.
TEST_FOLDER := $(shell [ "$$(df --output=avail -BG /dev/shm 2>/dev/null | tail -1 | tr -dc 0-9)" -ge 8 ] 2>/dev/null && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint endure bench learn messages catalogues lock

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

$(STAMP): requirements.lock
	@echo "[1/2] Creating $(VENV) with $$($(PYTHON) --version) (Python 3.11 or newer is needed)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/2] Installing the locked packages (one to two minutes the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements.lock \
		| awk '/^Collecting/ { printf "."; fflush() } /^Installing/ { printf " installing" ; fflush() } END { print "" }'
	@touch $@

setup: $(STAMP) catalogues ## install everything for building and testing into .venv

catalogues: $(STAMP)
	@$(BIN)/python -m locales.compile

run: setup ## start the product: counter and panel, Ctrl-C stops both
	@$(BIN)/flask --app admin prepare
	@$(BIN)/python -m honcho --no-prefix start || [ $$? -eq 130 ]
	@echo "Đã dừng · Stopped"

test: setup ## the tests, without long runs (half an hour on two cores; five minutes are the aim)
	@TMPDIR=$(TEST_FOLDER) $(BIN)/python -m pytest -n 2 -m "not endure"

lint: setup ## format, types, arrows between the rooms, dependencies, templates, catalogues
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@$(BIN)/djlint --quiet --lint --profile=jinja admin/templates bot/pages/templates

check: lint ## what must pass before anything lands: lint, every test with a browser, endurance
	@REQUIRE_BROWSER=1 $(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory endure

endure: setup ## kill and soak runs (long)
	@$(BIN)/python -m pytest -m endure -p no:randomly

bench: setup ## speed against bare baselines, ratios printed; PHOTOS=folder reads your own barcode photos
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.answers
	@$(BIN)/python -m benchmarks.panel
	@$(BIN)/python -m benchmarks.papers
	@$(BIN)/python -m benchmarks.photos $(PHOTOS)
	@$(BIN)/python -m benchmarks.sign_up
	@$(BIN)/python -m benchmarks.dossiers
	@$(BIN)/python -m benchmarks.lots
	@$(BIN)/python -m benchmarks.broadcasts

learn: setup ## learn the ranking again from the starter content and its labelled questions
	@$(BIN)/python -m benchmarks.learn

messages: setup ## add the message keys that code uses to the catalogues, and list unused ones
	@$(BIN)/python -m locales.extract

lock: ## lock the versions again (needs uv)
	uv lock && uv export --no-emit-project --no-header --no-annotate --all-groups -o requirements.lock -q && rm uv.lock
