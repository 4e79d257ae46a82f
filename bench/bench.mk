# bench.mk: how the programs of the speed benchmark are built; included by the Makefile.
#
# The core is built as in the module, for any processor; its peers for this one.

BENCH = build/bench/$(BLAS)
BENCH_WARNINGS = -Wall -Wextra -Wshadow
BENCH_CFLAGS = -std=gnu11 $(BENCH_WARNINGS) -Ibench
PEER_CFLAGS = $(BENCH_WARNINGS) -O3 -march=native -ffast-math -Ibench
# Left to itself gcc uses half of what AVX-512 is; elsewhere in x86 the option changes nothing.
PEER_CFLAGS += $(if $(filter x86_64,$(shell uname -m)),-mprefer-vector-width=512)
PEER_BLAS = -L$(OPENBLAS_DIR) -Wl,-rpath,$(OPENBLAS_DIR) -lopenblas

# What OpenBLAS was found to be is known only after the setup, hence a make of its own.
bench-programs: $(BENCH)/core $(BENCH)/limit $(BENCH)/square $(BENCH)/peer_blas $(BENCH)/peer_onednn

$(BENCH)/%.o: src/core/%.c $(wildcard src/core/*/*.h src/core/*/*.weights)
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) $(if $(findstring kernels_,$<),$(KERNEL_CFLAGS)) -Isrc/core $(BLAS_CPPFLAGS) -c $< -o $@

$(BENCH)/core: bench/core.c bench/bench.h bench/clock.h $(CORE:%=$(BENCH)/%.o)
	$(CC) $(BENCH_CFLAGS) -O2 -Isrc/core $(filter-out %.h,$^) $(BLAS_LIBS) -lm -lpthread -o $@

product-program: $(BENCH)/product $(BENCH)/half

$(BENCH)/product: bench/product.c bench/clock.h $(CORE:%=$(BENCH)/%.o)
	$(CC) $(BENCH_CFLAGS) -O2 -Isrc/core -I$(OPENBLAS_INCLUDE) $(filter-out %.h,$^) $(BLAS_LIBS) -lm -lpthread -o $@

# a processor of another kind has no such instructions, and the program says so
$(BENCH)/half: bench/half.c bench/clock.h
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -O3 -Isrc/core $< -o $@

$(BENCH)/limit: bench/limit.c bench/clock.h
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -O3 -ffp-contract=fast $< -o $@

$(BENCH)/square: bench/square.c bench/clock.h
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -O2 -I$(OPENBLAS_INCLUDE) $< $(PEER_BLAS) -o $@

# Compiled and linked apart: -ffast-math at the link would have denormals flushed, for which no other program asks.
$(BENCH)/peer_blas: bench/peer_blas.c bench/peer.h bench/bench.h bench/clock.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(PEER_CFLAGS) -I$(OPENBLAS_INCLUDE) -c $< -o $@.o
	$(CC) $@.o $(PEER_BLAS) -lm -o $@

$(BENCH)/peer_onednn: bench/peer_onednn.cpp bench/peer.h bench/bench.h bench/clock.h
	@mkdir -p $(@D)
	$(CXX) -std=c++17 $(PEER_CFLAGS) -c $< -o $@.o
	$(CXX) $@.o -ldnnl -o $@
