# Two commands: `make run` and `make test`. Everything else is listed by `make help`.

PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
SOURCES := accounts billing clinic docs insights messaging records scheduling theme conftest.py manage.py
NOT_TRANSLATED := .venv var staticfiles theme/static/vendor tests testing
# What stands in .env is for running; tests take the environment or these. They start hundreds of processes, so what one
# has compiled is kept for the next, also where the environment has forbidden Python to.
TEST_ENV = PYTHONDONTWRITEBYTECODE= DEBUG=true SECRET_KEY=only-for-tests DATABASE_URL="$${DATABASE_URL:-sqlite:///var/clinic.sqlite3}" REDIS_URL="$${REDIS_URL:-}"
PYTEST = $(TEST_ENV) $(PY) -m pytest -q
# The part of the browser tests that test-services repeats on PostgreSQL and Redis.
# The builder's chatter is of interest only when it fails.
BUILD_CSS = out=$$($(PY) -m theme.build 2>&1) || { echo "$$out" >&2; exit 1; }
SERVICES_BROWSER ?= journey or home_live or two_people or whoever_comes_first or server_dies

.DEFAULT_GOAL := help
.PHONY: help run prepare css test test-python test-browser fuzz test-services test-services-inside chromium lint translate format clean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: prepare ## set up what is missing and serve on http://127.0.0.1:8000 (PORT=… changes it)
	@exec $(PY) manage.py serve --port $(PORT)

prepare: $(RUNTIME) .env
	@$(PY) deploy/check_port.py $(PORT)
	@deploy/apt-install --enough /bin/sh deploy/apt-packages-run.txt || echo "==> the portal runs all the same; it makes no PDF"
	@echo "==> CSS"
	@$(BUILD_CSS)
	@echo "==> database"
	@$(PY) manage.py migrate --verbosity 0
	@echo "==> demo data"
	@$(PY) manage.py seed_demo
	@echo "==> http://127.0.0.1:$(PORT)  (Ctrl-C stops the server and the background worker)"

css: $(RUNTIME) ## build the CSS once
	@$(PY) -m theme.build

test: ## everything the tests need, then the whole suite, browser tests included
	@$(MAKE) --no-print-directory test-python
	@$(MAKE) --no-print-directory test-browser BUILD_CSS=true

test-python: $(DEV) chromium ## all tests that need no browser
	@$(BUILD_CSS)
	@echo "==> tests without a browser"
	@$(PYTEST) -m "not browser" -n 3

test-browser: $(DEV) chromium ## the tests that drive Chromium
	@$(BUILD_CSS)
	@echo "==> tests in Chromium"
	@$(PYTEST) -m browser -n 2 --dist loadgroup

fuzz: $(DEV) ## made-up requests and frames as every role, then the hypothesis tests with other examples (FUZZ=20, FUZZ_SEED=1, FUZZ_ONLY="POST /api/pay")
	@FUZZ=$(or $(FUZZ),20) FUZZ_SEED=$(or $(FUZZ_SEED),1) FUZZ_ONLY="$(FUZZ_ONLY)" $(PYTEST) clinic/tests/test_api_fuzz.py $(if $(FUZZ_ONLY),,messaging/tests/test_odd_frames.py)
	@$(if $(FUZZ_ONLY),,$(PYTEST) -m hypothesis --hypothesis-profile=explore)

test-services: $(DEV) chromium ## the tests that use a database, on PostgreSQL and Redis (temporary, installed from Debian when missing)
	@deploy/with-services $(MAKE) --no-print-directory test-services-inside

test-services-inside: $(DEV)
	@$(BUILD_CSS)
	@echo "==> tests without a browser that use a database or the cache, on PostgreSQL and Redis"
	@$(PYTEST) -m "services and not browser" -n 3
	@echo "==> tests in Chromium ($(SERVICES_BROWSER)), on PostgreSQL and Redis"
	@$(PYTEST) -m browser -k "$(SERVICES_BROWSER)" -n 2

chromium:
	@deploy/apt-install --enough /usr/bin/chromium deploy/apt-packages-test.txt

lint: $(DEV) ## style, types, missing migrations
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(TEST_ENV) $(PY) manage.py makemigrations --check --dry-run
	@$(TEST_ENV) $(PY) -m mypy $(SOURCES)

translate: $(RUNTIME) ## collect new sentences into locale/ and compile it (needs gettext; docs/translating.md)
	@command -v msgfmt >/dev/null || { echo "Install gettext first: apt-get install gettext" >&2; exit 1; }
	@$(TEST_ENV) $(PY) manage.py makemessages --locale ne --add-location file --no-obsolete $(NOT_TRANSLATED:%=--ignore '%')
	@msgfmt --check --statistics -o locale/ne/LC_MESSAGES/django.mo locale/ne/LC_MESSAGES/django.po

format: $(DEV) ## let ruff put the code in order
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

clean: ## remove what was built and installed; keeps .env and the data in var/
	rm -rf $(VENV) staticfiles theme/static/css/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.env:
	@cp .env.example .env
	@echo "==> .env made from .env.example"

$(VENV)/bin/python:
	@deploy/make-venv $(VENV)

$(RUNTIME): requirements.txt | $(VENV)/bin/python
	@echo "==> Python packages (half a minute the first time)"
	@$(PIP) -r requirements.txt || { echo "The packages could not be installed: is the package index reachable?" >&2; exit 1; }
	@touch $@

$(DEV): requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo "==> Python packages for tests (a minute the first time)"
	@$(PIP) -r requirements-dev.txt || { echo "The packages could not be installed: is the package index reachable?" >&2; exit 1; }
	@touch $@ $(RUNTIME)
