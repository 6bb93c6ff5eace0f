# Creditdesk: every chore is one word. `make` alone lists them.
#
# Everything is installed in .venv inside the checkout, from lock files with hashes. A stamp file per lock says what
# is installed already, so that nothing is done twice and a changed lock is picked up.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
OUT    ?= out

DEMO_DAYS := 2026-06-29 2026-06-30

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format typecheck layers check bench lock docs screenshots messages clean
# Recipes of one make run after the other: they share one virtual environment.
.NOTPARALLEL:

help: ## list what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

# ------------------------------------------------------------------------------------------- what is installed

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found. Set PYTHON=/path/to/python3.11." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than Python 3.11. Set PYTHON=/path/to/python3.11." >&2; exit 1; }
	@echo "Creating a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "The venv module is missing (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }

$(VENV)/.run: requirements.txt | $(BIN)/python
	@echo "Installing what $(<) pins (hashes checked)"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

# The project itself comes last: its build tools are in the lock, so that nothing unpinned is fetched.
$(VENV)/.project: pyproject.toml $(VENV)/.run
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# PySpark comes as source only; setuptools, which builds it, is in requirements.txt.
$(VENV)/.test: requirements-test.txt $(VENV)/.run
	@echo "Installing what $(<) pins (hashes checked; PySpark is 400 MB, this takes a minute)"
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-test.txt
	@touch $@

# --------------------------------------------------------------------------------------------------- the program

demo: $(VENV)/.project ## run the main job on a made-up company and show where its report is
	@BIN=$(BIN) OUT=$(OUT)/demo DAYS="$(DEMO_DAYS)" scripts/demo

bench: $(VENV)/.project $(VENV)/.test ## measure what docs/benchmarks.md lists, and write the results into it
	@$(BIN)/python benchmarks/run.py $(BENCH)

docs: $(VENV)/.project ## regenerate the references in docs/ from the code
	@$(BIN)/python -m creditdesk.policy.reference > docs/policy-reference.md.new
	@mv docs/policy-reference.md.new docs/policy-reference.md
	@$(BIN)/python -m creditdesk.facts.profile_docs > docs/profile.md.new
	@mv docs/profile.md.new docs/profile.md

screenshots: $(VENV)/.project $(VENV)/.test ## take the pictures of docs/images anew, of the made-up company (minutes; needs Chromium)
	@$(BIN)/python scripts/screenshots.py $(PICTURES)

messages: $(VENV)/.project ## bring the catalogues of the desk's words up to date with the code, and compile them
	@$(BIN)/python -m creditdesk.desk.catalogues

# ---------------------------------------------------------------------------------------------------- the checks

test: $(VENV)/.project $(VENV)/.test ## every check and the tests, but for those that take minutes by themselves
	@scripts/test-machine
	@$(MAKE) --no-print-directory lint typecheck layers
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -q -m "not long" $(TESTS)

test-all: $(VENV)/.project $(VENV)/.test ## the same with the long ones: every story on DuckDB, Spark, 100 crashes and kills
	@scripts/test-machine
	@$(MAKE) --no-print-directory lint typecheck layers
	@CREDITDESK_TEST_ENGINE=duckdb:// $(BIN)/python -m pytest -n 3 --dist loadgroup -q tests/engine tests/properties
	@CREDITDESK_KILLS=100 CREDITDESK_CRASHES=93 $(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -q $(TESTS)

lint: $(VENV)/.test ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/.test ## let ruff put the code in shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

typecheck: $(VENV)/.test $(VENV)/.project ## mypy, strict in the deciding rooms
	@$(BIN)/mypy

layers: $(VENV)/.test $(VENV)/.project ## imports only run downwards
	@$(BIN)/lint-imports --no-logo

check: lint typecheck layers ## the quick checks, and the tests that need neither Spark nor a browser
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -q -m "not long and not spark and not browser" $(TESTS)

# ----------------------------------------------------------------------------------------------------- the house

UV_LOCK = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
          --custom-compile-command "make lock" --quiet $(LOCK)

lock: | $(BIN)/python ## pin anew what pyproject.toml allows (LOCK=--upgrade for the newest of everything)
	@$(PIP) install 'uv>=0.8'
	@$(UV_LOCK) pyproject.toml --extra build --output-file requirements.txt
	@$(UV_LOCK) pyproject.toml --extra build --extra test --constraint requirements.txt --output-file requirements-test.txt
	@$(UV_LOCK) pyproject.toml --extra build --extra postgresql --constraint requirements-test.txt --output-file requirements-postgresql.txt
	@printf 'proteus\ntrytond-account-dunning\n' | $(UV_LOCK) - --output-file benchmarks/requirements-peer.txt

clean: ## remove what make, the tests and the program left behind
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis spark-warehouse
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
