# make run    everything a newcomer needs: environment, index, search page
# make test   everything a developer needs before a commit
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
STOCK := .venv-whoosh-stock

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-whoosh-stock lint lock mutation release

help: ## show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 16

run: $(INSTALLED) ## index corpus/ and serve the search page (PORT=8000)
	@$(BIN)/searchapp reindex
	@$(BIN)/searchapp serve $(if $(PORT),--port $(PORT))

test: $(INSTALLED) lint ## run every check: lint, types, import rules, tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

test-fast: $(INSTALLED) ## run the tests that are not slow, in less than a minute
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m "not slow" --durations=10 $(ARGS)

test-whoosh-stock: ## run the contract and Whoosh tests on stock Whoosh 2.7.4 and zlib, in an environment of their own
	@$(PYTHON) -m venv $(STOCK)
	@$(STOCK)/bin/pip -qq --disable-pip-version-check install --require-hashes --requirement requirements.lock
	@$(STOCK)/bin/pip -qq --disable-pip-version-check uninstall --yes whoosh3 isal
	@$(STOCK)/bin/pip -qq --disable-pip-version-check install --require-hashes --requirement tests/engines/whoosh-stock.txt
	@$(STOCK)/bin/python -m pytest -n auto --maxprocesses 4 --dist worksteal tests/contract tests/engines/test_whoosh*.py $(ARGS)

lint: $(INSTALLED) ## check style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

mutation: $(INSTALLED) ## change the code place by place and see whether its tests notice (MODULES=..., SAMPLE=40)
	@$(BIN)/python -m tests.mutation $(MODULES) $(if $(SAMPLE),--sample $(SAMPLE))

lock: $(INSTALLED) ## choose new versions of the dependencies and pin them
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-find-links --upgrade --quiet --output-file requirements.lock

release: $(INSTALLED) ## show how VERSION=1.2.3 would be released (REALLY=1 does it: changelog, packages, commit, tag)
	@$(BIN)/python scripts/release.py $(VERSION) $(if $(REALLY),--really)

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "searchapp needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make run PYTHON=python3.12")'
	@echo "Setting up the environment in $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip -qq --disable-pip-version-check install --require-hashes --requirement requirements.lock
	@$(BIN)/pip -qq --disable-pip-version-check install --no-deps --no-build-isolation --editable .
	@touch $@
