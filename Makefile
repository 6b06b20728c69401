# Landfall's commands. `make` alone lists them.
# Everything is installed into .venv; the only things written outside it are the data folder and caches.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
LANDFALL_DATA_DIR ?= $(CURDIR)/data
# PyTorch's own index, for machines where the default registry would bring the CUDA build.
TORCH_INDEX ?=
# Further arguments of `make soak`, `make bench` and `make screenshots`.
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# `make install PIP_VERBOSITY=` lets pip say everything it does.
PIP_VERBOSITY ?= --quiet --quiet
PIP := $(BIN)/python -m pip install $(PIP_VERBOSITY) --disable-pip-version-check
PIP_FAILED := { echo "pip could not install this; is the package registry reachable? For all it says: make install PIP_VERBOSITY=" >&2; exit 2; }
PINNED := --constraint .ci/constraints.txt
PREFLIGHT := "$(PYTHON)" .ci/preflight.py
IN_DATA_DIR := env LANDFALL_DATA_DIR="$(LANDFALL_DATA_DIR)"

# No model is ever fetched: the one that is used is a pinned package.
export HF_HUB_OFFLINE := 1
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo install test checks browser lint types contracts unit soak bench screenshots clean

help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: ## Install, create and fill the database, serve it (PORT=8000 HOST=127.0.0.1)
	@command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) is not installed; Landfall needs Python 3.11 or newer" >&2; exit 2; }
	@case "$(HOST)" in 127.*|localhost|::1) ;; *) echo "make demo prints logins, so it serves this machine only (HOST=127.0.0.1); for others see docs/operation" >&2; exit 2;; esac
	@echo "[1/6] Checking this machine"
	@$(PREFLIGHT) serve --host "$(HOST)" --port "$(PORT)" --data "$(LANDFALL_DATA_DIR)"
	@echo "[2/6] Environment in $(VENV)"
	@$(MAKE) --no-print-directory install
	@echo "[3/6] Database in $(LANDFALL_DATA_DIR)"
	@$(IN_DATA_DIR) $(BIN)/landfall migrate
	@echo "[4/6] Programs and example startups (the first time, every text is embedded)"
	@$(IN_DATA_DIR) $(BIN)/landfall seed
	@echo "[5/6] One login per role, with new passwords (managers and admins also need a code)"
	@$(IN_DATA_DIR) $(BIN)/landfall seed --fixture demo
	@echo "[6/6] Serving on http://$(HOST):$(PORT)/ (Ctrl+C stops it)"
	@exec $(IN_DATA_DIR) $(BIN)/landfall serve --host "$(HOST)" --port "$(PORT)"

install: $(VENV)/.runtime ## Build .venv with the pinned packages (TORCH_INDEX=... chooses where torch comes from)
	@echo "      ready"

test: ## Install, then everything CI checks: style, types, import contracts, tests, coverage
	@command -v "$(PYTHON)" >/dev/null || { echo "$(PYTHON) is not installed; Landfall needs Python 3.11 or newer" >&2; exit 2; }
	@echo "[1/7] Environment in $(VENV)"
	@$(MAKE) --no-print-directory $(VENV)/.development
	@echo "[2/7] Browser for the browser tests"
	@$(MAKE) --no-print-directory browser
	@echo "[3/7] Style"
	@$(MAKE) --no-print-directory lint
	@echo "[4/7] Types"
	@$(MAKE) --no-print-directory types
	@echo "[5/7] Import contracts"
	@$(MAKE) --no-print-directory contracts
	@echo "[6/7] Tests"
	@$(MAKE) --no-print-directory unit
	@echo "[7/7] Coverage"
	@$(BIN)/coverage report
	@echo "All checks passed."

browser: # Find or install Chromium
	@"$(PYTHON)" .ci/browser.py

lint: $(VENV)/.development ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.development ## Check types
	@$(BIN)/mypy

contracts: $(VENV)/.development ## Check who may import whom
	@$(BIN)/lint-imports

# Processes that outlive the test run leave their own data file, so what is left over is merged as well.
unit: $(VENV)/.development # Run the tests and collect coverage
	@$(BIN)/coverage erase
	@$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report= --cov-fail-under=0 $(ARGS)
	@if ls .coverage.* >/dev/null 2>&1; then $(BIN)/coverage combine --append --quiet; fi

soak: $(VENV)/.development ## Run the service under load for a long time (ARGS=...)
	@$(BIN)/python benchmarks/soak.py $(ARGS)
	@env LANDFALL_API_EXAMPLES=200 LANDFALL_ALL_POISON=1 $(BIN)/pytest -n 2 --dist loadfile -q \
		tests/access/test_schema.py tests/access/test_poison.py
	@env LANDFALL_WHY_NOT_INSTANCES=200 $(BIN)/pytest -n 2 -q tests/matcher/engine/test_why_not.py

bench: $(VENV)/.development ## Measure speed and memory (ARGS=...)
	@$(BIN)/python benchmarks/run.py $(ARGS)
	@$(BIN)/python benchmarks/assignment.py
	@$(BIN)/python benchmarks/learning.py

screenshots: $(VENV)/.development browser ## Draw the pictures of the README again
	@$(BIN)/python docs/screenshots.py $(ARGS)

clean: ## Remove .venv and caches; the data folder stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache \
		.coverage .coverage.* *.egg-info
	@find . -path ./.git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment: one stamp per step, so that each runs again only when its input changed ---

$(VENV)/.base: .ci/constraints.txt
	@test -e $(VENV)/.torch || $(PREFLIGHT) install
	@test -x $(BIN)/python || { echo "      creating $(VENV)"; "$(PYTHON)" -m venv $(VENV); }
	@$(PIP) $(PINNED) --upgrade pip setuptools || $(PIP_FAILED)
	@touch $@

# From an index that holds nothing but PyTorch, only torch itself is taken; what it needs comes with the rest.
$(VENV)/.torch: $(VENV)/.base
ifeq ($(TORCH_INDEX),)
	@$(PREFLIGHT) torch --python $(BIN)/python
endif
	@echo "      installing torch (about 200 MB)"
	@$(PIP) $(PINNED) $(if $(TORCH_INDEX),--no-deps --index-url "$(TORCH_INDEX)") torch==2.13.0 || $(PIP_FAILED)
	@touch $@

$(VENV)/.runtime: $(VENV)/.torch pyproject.toml
	@echo "      installing the other packages (about 300 MB)"
	@$(PIP) $(PINNED) --no-build-isolation --editable . || $(PIP_FAILED)
	@touch $@

$(VENV)/.development: $(VENV)/.torch pyproject.toml
	@echo "      installing the other packages and the test tools (about 400 MB)"
	@$(PIP) $(PINNED) --no-build-isolation --editable ".[dev]" || $(PIP_FAILED)
	@touch $(VENV)/.runtime $@
