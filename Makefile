# Everything needs Python 3.11 or newer and nothing else: `make demo` on a bare machine works.
PYTHON ?= python3
MINUTES ?= 60
BIN := .venv/bin
PACKAGES := shared shared/events $(wildcard services/* deploy/*)
EDITABLE := $(foreach package,$(wildcard $(PACKAGES:=/pyproject.toml)),-e ./$(dir $(package)))
CHECKED := shared services deploy tests

# Of what pip says: how far it is, and that it unpacks, which takes a minute and is silent.
LOCKED = $(shell grep -c '^[^ ].*==' requirements.lock)
COUNT = /^(Collecting|Requirement already)/ { if (++n % 20 == 0) say("  " n " of $(LOCKED)") } \
	/^Installing/ { say("  " n " of $(LOCKED) are here: unpacking them") } /^failed$$/ { exit 1 } \
	function say(line) { print line; fflush() }

.DEFAULT_GOAL := help
.PHONY: help demo test check format migrate chaos bench look lock
.SILENT:

help: ## what there is
	grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 18

demo: .venv/.installed ## a year of the network on real parts, then it stays up (ONCE=1 ends, SEED=7 repeats)
	$(BIN)/python -m jobbpakten_local.demo

test: .venv/.installed ## every test, on a real PostgreSQL and a real Kafka (ARGS=tests/shared: some of them)
	$(BIN)/pytest $(or $(ARGS),--numprocesses 2)

check: .venv/.installed ## rules of style, form and types
	$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy $(CHECKED)

format: .venv/.installed ## bring the code into its form
	$(BIN)/ruff check --fix && $(BIN)/ruff format

migrate: .venv/.installed ## bring the schemas of the databases in the environment to their heads
	$(BIN)/jobbpakten migrate

chaos: .venv/.installed ## the faults again and again, for MINUTES=60
	$(BIN)/pytest tests/faults --minutes=$(MINUTES)

bench: .venv/.installed ## how fast it is, beside floors of the same work; writes docs/performance.md
	$(BIN)/python -m tests.bench $(ARGS)

look: .venv/.installed ## pictures of all that people see, into .jobbpakten/pages (ARGS=reports: some)
	$(BIN)/python -m tests.look $(ARGS)

lock: .venv/.installed ## choose versions anew and write requirements.lock
	$(BIN)/uv lock && $(BIN)/uv export --quiet --frozen --no-emit-workspace --no-header \
		--no-annotate --all-packages --all-groups -o requirements.lock

.venv/.installed: requirements.lock pyproject.toml $(wildcard $(PACKAGES:=/pyproject.toml))
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		f"python3 is {sys.version.split()[0]}, 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "python3 can't make a virtual environment: install the package python3-venv"; exit 1; }
	echo "installing into .venv what requirements.lock names, once, in three steps"
	echo "1 of 3: a virtual environment"
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	echo "2 of 3: the packages, about $(LOCKED)"
	{ $(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements.lock || \
		echo failed; } | awk '$(COUNT)'
	echo "3 of 3: our own, $(words $(PACKAGES))"
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(EDITABLE)
	touch $@
