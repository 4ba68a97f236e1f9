# `make report` and `make test` need Python 3.11 or later and make; everything else goes into .venv.

PYTHON ?= $(shell for v in python3 python3.13 python3.12 python3.11; do \
	"$$v" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$v"; break; }; done)
VENV := .venv
KRX ?= ../shared/krx
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCKED := install --require-hashes --only-binary :all: --requirement
DEBIAN = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && apt-get -qq install --yes $(1) >/dev/null; }

# Without the compiled tests and modules each process would compile them anew, half a minute each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report test quick slow lint bench calibrate soak fuzz audit wheel sample picture catalogue dictionary reference lock clean
.DELETE_ON_ERROR:

report: $(VENV)/installed
	@$(BIN)/screener report

# The linters beside the tests: mypy is one process, and takes as long as a quarter of them.
test: $(VENV)/installed-dev
	@$(MAKE) --no-print-directory --jobs=2 quick lint

quick: $(VENV)/installed-dev
	$(BIN)/pytest -m "not slow"

# Whole commands on days of a simulated exchange, the page in a browser, every fault, lie and crash; CI runs both.
slow: $(VENV)/installed-dev
	$(BIN)/pytest -m slow

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.i18n.catalogue --check

bench: $(VENV)/installed-dev
	$(BIN)/python -m tests.bench

# On real prices, which are not part of this repository; about 25 minutes on one core.
calibrate: $(VENV)/installed-dev
	$(BIN)/python -m tests.calibration --krx $(KRX)
	$(BIN)/python -m tests.calibration.coverage
	$(BIN)/python -m tests.calibration.scan --krx $(KRX)
	$(BIN)/python -m tests.calibration.days --krx $(KRX)
	$(BIN)/python -m tests.calibration.pooled --krx $(KRX)

# Two years of daily runs against the stand-in, calm and with every fault side by side, within ten minutes on two cores;
# then 200 syncs that are killed at random, Debian's cron with the real clock, and every fault and lie on every way. What
# depends on time or chance, or is the same once more, is here and not in the tests.
soak: $(VENV)/installed-dev
	@command -v cron >/dev/null || $(call DEBIAN,cron) || true
	$(BIN)/python -m tests.soak
	$(BIN)/python -m tests.soak --way datagokr --sessions 120 --events 3
	$(BIN)/python -m tests.soak --way mixed --sessions 120 --events 3
	$(BIN)/pytest tests/soak/kills.py tests/soak/crashes.py tests/soak/cron.py tests/soak/telling.py tests/soak/lies.py tests/soak/faults.py tests/soak/mistakes.py

# 10,000 examples each of configuration files, price files and answers of the exchange.
fuzz: $(VENV)/installed-dev
	$(BIN)/pytest --hypothesis-profile=fuzz tests/fuzz

# Known vulnerabilities among the pinned libraries; asks a public database, so it is no part of the tests. Strict: a library
# that the database could not be asked about is a failure, not a clean bill.
audit: $(BIN)/python
	$(PIP) install pip-audit
	$(BIN)/pip-audit --strict --requirement requirements.lock --require-hashes --disable-pip

# What a release consists of: a wheel, and the source with its tests.
wheel: $(VENV)/installed
	$(BIN)/python -m hatchling build --directory dist

# The committed report: the real event on real prices, which are not part of this repository.
sample: $(VENV)/installed
	@NO_COLOR=1 $(BIN)/screener report --lang en --as-of 2025-02-11 --reports reports \
		--source file:$(KRX)/prices_adjusted.parquet \
		--benchmark $(KRX)/indices.parquet \
		--market $(KRX)/market_2025-01-02_2025-02-11.parquet

# The top of the committed report, as the READMEs show it.
picture:
	@chromium --headless $(if $(filter 0,$(shell id -u)),--no-sandbox) --hide-scrollbars --window-size=1180,1140 \
		--screenshot=docs/page.png reports/2025-02-11/deepseek/report.html

# Debian ships Python without ensurepip; python3-venv adds it.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed: apt-get install python3" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq install --yes python3-venv; } \
		|| { echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) $(LOCKED) requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# The HTML page is tested in Debian's Chromium; where there is none and it cannot be had, those tests skip and say so.
$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	$(PIP) $(LOCKED) requirements-dev.lock
	@command -v chromium >/dev/null || $(call DEBIAN,chromium) || true
	@touch $@

# `screener --help` prints these files instead of loading the command line; a test holds the two together.
screener/help.txt screener/help.ko.txt: language = $(if $(findstring .ko.,$@),ko,en)
screener/help.txt screener/help.ko.txt: $(wildcard screener/cli/*.py) screener/locale/ko/LC_MESSAGES/screener.po $(VENV)/installed
	COLUMNS=80 PYTHONUTF8=1 $(BIN)/python -c 'from screener.cli.app import main; main()' --help --lang $(language) > $@

# Translations: extracts the messages of the code into screener.po and compiles it; new ones wait there for their Korean.
catalogue: $(VENV)/installed-dev
	$(BIN)/python -m tests.i18n.catalogue

# What the files of a report hold, for people and for programs; a test holds it together with the code.
dictionary: $(VENV)/installed
	$(BIN)/python -m screener.report.formats.schema reports

# The pages of help in docs/commands.md; a test holds them together.
reference: $(VENV)/installed-dev
	$(BIN)/python -m tests.reference

# uv resolves for all supported Pythons at once; it writes no index address.
lock: $(BIN)/python
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" $(UPGRADE) --group build pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" $(UPGRADE) --group build --group dev pyproject.toml \
		--constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
