# tests.mk: how the C tests are built; included by the Makefile.
#
# Every C test is built twice where it makes sense: as the module is (float), and with LF_DOUBLE for what needs digits.

BUILD ?= build/$(BLAS)
TEST_CFLAGS = -std=c11 -O2 -g -DLF_CHECKED $(WARNINGS) $(PROCESSOR_CFLAGS) -Werror -Isrc/core -Itest/core
CORE_TESTS = $(patsubst test/core/%.c,%,$(wildcard test/core/*_test.c))
# central differences need double
FLOAT_TESTS = $(patsubst %,$(BUILD)/float/%,$(filter-out gradient_test,$(CORE_TESTS)))
DOUBLE_TESTS = $(CORE_TESTS:%=$(BUILD)/double/%)
FUZZER = $(BUILD)/model_fuzz
CORE_HEADERS = $(wildcard src/core/*/*.h src/core/*/*.weights test/core/*.h)

# What OpenBLAS was found to be is known only after the setup, hence a make of its own.
core-tests: $(FLOAT_TESTS) $(DOUBLE_TESTS) $(FUZZER)

# Kept, though no rule names them: a test is built again from the objects that have changed.
.SECONDARY: $(CORE:%=$(BUILD)/float/%.o) $(CORE:%=$(BUILD)/double/%.o) $(CORE:%=build/asan/%.o) $(CORE:%=build/fuzz/%.o)

# For other processors too, where sanitizers may be missing.
core-programs: $(FLOAT_TESTS) $(DOUBLE_TESTS)

$(BUILD)/float/%.o: src/core/%.c $(CORE_HEADERS)
	@mkdir -p $(@D)
	$(CC) -DLF_CHECKED $(CORE_CFLAGS) $(if $(findstring kernels_,$<),$(KERNEL_CFLAGS)) -Werror -g -Isrc/core $(BLAS_CPPFLAGS) -c $< -o $@

# Digits are what this build is for: sums stay in the order in which they are written.
$(BUILD)/double/%.o: src/core/%.c $(CORE_HEADERS)
	@mkdir -p $(@D)
	$(CC) -DLF_DOUBLE $(filter-out -Wdouble-promotion,$(TEST_CFLAGS)) $(BLAS_CPPFLAGS) -c $< -o $@

$(BUILD)/float/%_test: test/core/%_test.c $(CORE:%=$(BUILD)/float/%.o)
	$(CC) $(filter-out -Wdouble-promotion,$(TEST_CFLAGS)) $(BLAS_CPPFLAGS) $^ $(BLAS_LIBS) -lm -lpthread -o $@

$(BUILD)/double/%_test: test/core/%_test.c $(CORE:%=$(BUILD)/double/%.o)
	$(CC) -DLF_DOUBLE $(filter-out -Wdouble-promotion,$(TEST_CFLAGS)) $(BLAS_CPPFLAGS) $^ $(BLAS_LIBS) -lm -lpthread -o $@

# The same inputs for libFuzzer, which sees what code they reach: "make fuzz". No sanitizer but that of addresses in the
# kernels, which clang unrolls: they would take ten minutes.
LIBFUZZER = build/fuzz/model_libfuzzer
LIBFUZZER_CFLAGS = -std=c11 -O1 -gline-tables-only -fno-omit-frame-pointer -DLF_NO_BLAS -DLF_CHECKED -Isrc/core -Itest/core
LIBFUZZER_CHECKS = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

build/fuzz/%.o: src/core/%.c $(CORE_HEADERS)
	@mkdir -p $(@D)
	clang $(LIBFUZZER_CFLAGS) $(if $(findstring kernels_,$<),$(if $(findstring generic,$<),-fsanitize=address),\
		$(LIBFUZZER_CHECKS)) -c $< -o $@

$(LIBFUZZER): test/fuzz/model_libfuzzer.c test/fuzz/model_target.h $(CORE:%=build/fuzz/%.o)
	clang $(LIBFUZZER_CFLAGS) $(LIBFUZZER_CHECKS) -fsanitize=fuzzer $(filter-out %.h,$^) -lm -lpthread -o $@

fuzzers: $(FUZZER) $(LIBFUZZER)

# ---- with the sanitizers: the fuzzer of "make check", and "make asan"

# Plain loops: the sanitizers are to see every access, which they cannot inside a library.
ASAN_CFLAGS = -std=c11 -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DLF_NO_BLAS -DLF_CHECKED \
	-Isrc/core -Itest/core

asan-tests: $(patsubst $(BUILD)/float/%,build/asan/%,$(FLOAT_TESTS))

build/asan/%.o: src/core/%.c $(CORE_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(ASAN_CFLAGS) -c $< -o $@

build/asan/%_test: test/core/%_test.c $(CORE:%=build/asan/%.o)
	$(CC) $(ASAN_CFLAGS) $^ -lm -lpthread -o $@

$(FUZZER): test/fuzz/model_fuzz.c test/fuzz/model_target.h test/fuzz/forgery.h $(CORE:%=build/asan/%.o)
	@mkdir -p $(@D)
	$(CC) $(ASAN_CFLAGS) $(filter-out %.h,$^) -lm -lpthread -o $@
