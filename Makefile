# make demo    installs what is missing, builds, and forecasts real data in a throw-away cluster
# make check   the same set-up, then every test
# make fuzz    searches for inputs that break something; make asan valgrind tidy cppcheck: what these tools find
# make mutants  breaks promises on purpose, and looks whether the tests notice
# make recovery   kills servers, and loads one with many sessions
# make dist    the archive for PGXN; make deb: packages for Debian; make packages: builds and tries both, and the images
# make bench   measures its speed beside PyTorch, oneDNN, OpenBLAS (bench-core) and jobs in Python (bench-sql)
# make         builds; make install installs; both need what scripts/setup.sh installs
#
# BLAS=openblas (default)  the serial OpenBLAS, found at run time by rpath
# BLAS=static              the same, linked into the module
# BLAS=none                no BLAS at all

BLAS ?= openblas
PG_CONFIG ?= pg_config

# What the core is made of: the module, the tests, the fuzzer and the benchmark take it from here. Each file has its room.
CORE_SOURCES = $(wildcard src/core/*/*.c)
CORE = $(CORE_SOURCES:src/core/%.c=%)
PG_SOURCES = $(wildcard src/pg/*.c src/pg/*/*.c)

OPENBLAS_DIR ?= $(firstword $(wildcard /usr/lib/*/openblas-serial))
OPENBLAS_INCLUDE ?= $(firstword $(wildcard /usr/include/*/openblas-serial))
ifeq ($(BLAS),none)
BLAS_CPPFLAGS = -DLF_NO_BLAS
BLAS_LIBS =
else ifeq ($(BLAS),static)
BLAS_CPPFLAGS = -I$(OPENBLAS_INCLUDE)
BLAS_LIBS = $(OPENBLAS_DIR)/libopenblas.a -Wl,--exclude-libs,libopenblas.a
else
BLAS_CPPFLAGS = -I$(OPENBLAS_INCLUDE)
BLAS_LIBS = -L$(OPENBLAS_DIR) -Wl,-rpath,$(OPENBLAS_DIR) -lopenblas
endif

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wdouble-promotion
# Sums may be reordered for vectors. Not -ffast-math: an object built with it switches denormals off when it is loaded.
CORE_CFLAGS = -std=c11 -O3 -fassociative-math -fno-signed-zeros -fno-trapping-math -fno-math-errno -ffp-contract=fast \
	$(WARNINGS)
# Vectors need arithmetic in float, which not every processor does by itself.
CORE_CFLAGS += $(PROCESSOR_CFLAGS)
PROCESSOR = $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
PROCESSOR_CFLAGS_i386 = -msse2 -mfpmath=sse
PROCESSOR_CFLAGS_i686 = $(PROCESSOR_CFLAGS_i386)
PROCESSOR_CFLAGS_s390x = -fexcess-precision=fast
PROCESSOR_CFLAGS = $(PROCESSOR_CFLAGS_$(PROCESSOR))
# The kernels write their vectors out, and split numbers in ways that reordering would undo.
KERNEL_CFLAGS = -fno-associative-math

# These goals come without PGXS, which claims "check" for itself, and before there are server headers.
OURS = demo check recovery forms accuracy collections thousand large large-nodes coverage business defaults tuning updates federated scale mutants \
	long-horizons short-series r-series totals counts zero-shot impute hierarchy known-inputs training-time pretrain pretrain-program cancel each bench bench-core bench-products bench-half bench-sql setup setup-check setup-bench \
	setup-tools core-tests core-programs asan-tests fuzzers bench-programs product-program portability versions upgrades dist deb packages fuzz fuzz-corpus asan valgrind tidy cppcheck
ifneq ($(filter $(OURS) build/%_test,$(MAKECMDGOALS)),)
.PHONY: $(OURS)
PG_VERSION ?= 15
override PG_CONFIG = /usr/lib/postgresql/$(PG_VERSION)/bin/pg_config
# on all cores, where whoever called has not said how many
SUB = $(MAKE) $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc)) BLAS=$(BLAS) PG_CONFIG=$(PG_CONFIG)

setup:
	scripts/setup.sh

setup-check:
	scripts/setup.sh check

setup-bench:
	scripts/setup.sh bench

setup-tools: setup-check
	scripts/setup.sh tools

demo: setup
	$(SUB) -s all
	scripts/with_cluster.sh scripts/demo.sh
	@echo 'The picture is in $(CURDIR)/build/air_passengers.svg, the report in $(CURDIR)/build/air_passengers.html'

check: setup-check
	$(SUB) -s all
	$(SUB) -s core-tests
	BLAS=$(BLAS) scripts/check.sh

# takes a quarter of an hour; MUTANTS=blend takes those in whose entry that stands
mutants: setup-check
	$(SUB) -s all
	$(SUB) -s core-tests
	MUTANTS="$(MUTANTS)" BLAS=$(BLAS) scripts/mutants.sh

# takes some minutes; KILLS=100 SESSIONS=50 SECONDS=600 takes longer
KILLS ?= 20
SESSIONS ?= 50
SECONDS ?= 60
recovery: setup-check
	$(SUB) -s all
	KILLS=$(KILLS) SESSIONS=$(SESSIONS) DURATION=$(SECONDS) scripts/servers.sh test/tap/crash.sh test/tap/sessions.sh

# takes hours; VERSIONS="13 18" takes less, and PACKAGES=no half of it. Needs root, and the mirrors of Debian and Ubuntu
versions:
	VERSIONS="$(VERSIONS)" PACKAGES="$(PACKAGES)" KINDS="$(KINDS)" CHROOTS="$(CHROOTS)" scripts/versions.sh

# pg_upgrade with models, from 13 to 18 or OLD to NEW, each from the distribution that has it
upgrades:
	OLD="$(OLD)" NEW="$(NEW)" CHROOTS="$(CHROOTS)" scripts/upgrades.sh

# PROCESSORS="arm64" takes less
portability:
	PROCESSORS="$(PROCESSORS)" scripts/portability.sh

# the archive for PGXN, in build/dist
dist:
	scripts/setup.sh dist
	scripts/dist.sh

# the source package for Debian, and from it one package for each version of PostgreSQL of this machine, in build/deb
deb:
	scripts/setup.sh deb
	scripts/deb.sh

# takes half an hour. VERSIONS="15" KINDS="deb" takes less. Needs root, and a mirror of Debian
packages:
	scripts/setup.sh packages
	VERSIONS="$(VERSIONS)" KINDS="$(KINDS)" CHROOTS="$(CHROOTS)" scripts/packages.sh

# a minute; SECONDS_EACH=3600 before a release
SECONDS_EACH ?= 60
fuzz: setup-tools
	$(SUB) -s all
	$(SUB) -s fuzzers
	SECONDS_EACH=$(SECONDS_EACH) BLAS=$(BLAS) scripts/fuzz.sh

# finds anew which inputs are kept: when the bytes of models have changed
fuzz-corpus: setup-tools
	$(SUB) -s all
	$(SUB) -s fuzzers
	SECONDS_EACH=$(SECONDS_EACH) BLAS=$(BLAS) scripts/with_cluster.sh scripts/fuzz.sh corpus

# each takes some ten minutes
asan: setup-check
	$(SUB) -s asan-tests
	scripts/sanitize.sh

valgrind: setup-tools
	$(SUB) -s core-tests
	BLAS=$(BLAS) scripts/valgrind.sh

tidy: setup-tools
	scripts/lint.sh tidy

cppcheck: setup-tools
	scripts/lint.sh cppcheck

forms: setup
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v ON_ERROR_STOP=1 -f bench/forms.sql

# of the goals that measure on real series
NEEDS_SERIES = @test -d "$(SERIES)" || { echo "give the folder with the series: make $@ SERIES=folder" >&2; exit 1; }
accuracy: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -f bench/accuracy.sql

# EVERY=17 takes every 17th series; OPTIONS='[{}, {"loss": "quantile"}]' compares options
OPTIONS ?= [{}]
coverage: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v every="$(EVERY)" -v options='$(OPTIONS)' \
		-f bench/coverage.sql

counts: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -f bench/counts.sql

thousand: setup
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -f bench/thousand.sql

# some ten minutes, and 2 GB of disk
large: setup
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v series="$(or $(COUNT),100000)" -f bench/large.sql

# the same on three nodes by postgres_fdw
large-nodes: setup
	$(SUB) -s all
	scripts/with_cluster.sh bench/nodes.sh $(or $(COUNT),100000)

# SEEDS=5 takes an hour or two
collections: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v seeds="$(SEEDS)" -f bench/collections.sql

# EVERY=4: a model for every fourth series. All take ten minutes
short-series: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v every="$(or $(EVERY),1)" -f bench/short_series.sql

# series that come with packages of R, which are installed; takes half an hour, most of it R's auto.arima()
build/r_series/done: bench/r_series.R | setup
	scripts/setup.sh r
	mkdir -p $(@D)
	Rscript $< $(@D)
	touch $@

r-series: setup build/r_series/done
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v folder="$(CURDIR)/build/r_series" -f bench/r_series.sql

# EVERY=8: of M3, a model for every eighth series. Takes some five minutes
totals: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v every="$(or $(EVERY),8)" -f bench/totals.sql

# takes a minute or two; GROUP_COUNT=1000000 groups of the aggregate take some more
GROUP_COUNT ?= 50000
zero-shot: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v groups="$(GROUP_COUNT)" -f bench/zero_shot.sql

impute: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -f bench/impute.sql

hierarchy: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -f bench/hierarchy.sql

# makes its own series; takes some ten minutes
known-inputs: setup
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -f bench/known_inputs.sql

training-time: setup
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -f bench/training_time.sql

# every EVERY-th series of the large collections; OPTIONS: what is compared, a JSON array of options
defaults: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v every="$(EVERY)" -v seeds="$(SEEDS)" -v options='$(OPTIONS)' \
		-f bench/defaults.sql

# takes a few minutes
business: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v seeds="$(SEEDS)" -f bench/business.sql

# takes some ten minutes
tuning: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -f bench/tuning.sql

# takes some ten minutes
updates: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -f bench/updates.sql

# every EVERY-th series, ROUNDS='{8,16}'; a seed takes some twenty minutes
USUAL_ROUNDS = {16,32}
federated: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v every="$(or $(EVERY),7)" -v seeds="$(SEEDS)" \
		-v rounds="$(or $(ROUNDS),$(USUAL_ROUNDS))" -f bench/federated.sql

scale: setup
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -f bench/scale.sql

# takes two minutes; COUNT=1000 more series, ROUNDS=5 more rounds
each: setup
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v series="$(or $(COUNT),200)" -v rounds="$(or $(ROUNDS),3)" -f bench/each.sql

# a seed takes some ten minutes
SEEDS ?= 1
long-horizons: setup
	$(NEEDS_SERIES)
	$(SUB) -s all
	scripts/with_cluster.sh psql -qX -v data="$(SERIES)" -v seeds=$(SEEDS) -f bench/long_horizons.sql

cancel: setup
	$(SUB) -s all
	scripts/with_cluster.sh bench/cancel.sh

bench: bench-core bench-sql

# BENCH_OPTIONS="--quick --only A,B"
bench-core: setup-bench
	$(SUB) -s bench-programs
	python3 bench/run.py --programs build/bench/$(BLAS) $(BENCH_OPTIONS)

# own kernels beside OpenBLAS; OPENBLAS_CORETYPE=Prescott shows what it does on a processor that it does not know
bench-products: setup
	$(SUB) -s product-program
	build/bench/$(BLAS)/product

bench-half: setup-check
	$(NEEDS_SERIES)
	$(SUB) -s all
	$(SUB) -s product-program
	build/bench/$(BLAS)/half
	scripts/with_cluster.sh bench/half.py "$(SERIES)"

bench-sql: setup-bench
	$(SUB) -s all
	scripts/with_cluster.sh bench/sql.py

include test/tests.mk
include bench/bench.mk
include tools/pretrain/pretrain.mk
else

EXTENSION = lstm_forecast
MODULE_big = lstm_forecast
CORE_OBJS = $(CORE:%=src/core/%.o)
OBJS = $(CORE_OBJS) $(PG_SOURCES:.c=.o)
DEPENDENCIES = $(OBJS:.o=.d)
EXTRA_CLEAN = build results regression.diffs regression.out $(DEPENDENCIES)
DATA = $(wildcard src/lstm_forecast--*.sql)
# Each object notes the headers that it was made of.
PG_CPPFLAGS = -Isrc/core -Isrc/pg -MMD -MP $(BLAS_CPPFLAGS)
PG_CFLAGS = -fvisibility=hidden -Wextra -Wshadow -Wstrict-prototypes -Wdouble-promotion -Wno-unused-parameter \
	-Wno-sign-compare -Wno-declaration-after-statement
SHLIB_LINK = $(BLAS_LIBS) -lm -lpthread

# Inlining this module's code into JIT-compiled queries gains nothing and would build everything twice.
override with_llvm := no
REGRESS = $(patsubst sql/%.sql,%,$(wildcard sql/*.sql))
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Another BLAS is another build, though no source has changed.
BLAS_BUILT := $(shell mkdir -p build; [ "$$(cat build/blas 2>&1)" = "$(BLAS)" ] || echo "$(BLAS)" > build/blas)
src/core/kernels/matrix.o src/pg/module.o $(shlib): build/blas
src/core/partners/zero_shot_weights.o: src/core/partners/zero_shot.weights

$(CORE_OBJS): override CFLAGS += $(CORE_CFLAGS)
$(filter src/core/kernels/kernels_%,$(CORE_OBJS)): override CFLAGS += $(KERNEL_CFLAGS)
-include $(DEPENDENCIES)

# The module with allocators that can be told to fail, for test/tap/faults.sh.
FAULTS = build/faults/lstm_forecast.so
ALLOCATORS = palloc palloc0 palloc_extended repalloc repalloc_huge pstrdup pnstrdup MemoryContextAlloc \
	MemoryContextAllocZero MemoryContextAllocHuge MemoryContextAllocExtended MemoryContextStrdup \
	AllocSetContextCreateInternal
faults: $(FAULTS)
$(FAULTS): $(OBJS) test/tap/faults_allocators.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_SL) -shared $^ $(LDFLAGS) $(SHLIB_LINK) $(ALLOCATORS:%=-Wl,--wrap=%) -o $@

# The module with the sanitizer of undefined behaviour and the assertions of the core, for test/tap/forgeries.sh and calls.sh.
# Not its kernels: they are the slowest to build and to run, and the fuzzer has them with it.
UBSAN = build/ubsan/lstm_forecast.so
UBSAN_OBJS = $(patsubst src/%,build/ubsan/%,$(filter-out src/core/kernels/kernels_%,$(OBJS)))
UBSAN_CFLAGS = $(filter-out -O% -g% -fwrapv,$(CFLAGS)) -O1 -DLF_CHECKED -fsanitize=undefined -fno-sanitize-recover=undefined
ubsan: $(UBSAN)
build/ubsan/core/%.o: override CFLAGS += -std=c11
build/ubsan/%.o: src/%.c $(wildcard src/core/*/*.h src/core/*/*.weights src/pg/*/*.h)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(UBSAN_CFLAGS) $(CFLAGS_SL) -c $< -o $@
$(UBSAN): $(UBSAN_OBJS) $(filter src/core/kernels/kernels_%,$(OBJS))
	$(CC) $(CFLAGS) $(CFLAGS_SL) -fsanitize=undefined -shared $^ $(LDFLAGS) $(SHLIB_LINK) -o $@
endif
