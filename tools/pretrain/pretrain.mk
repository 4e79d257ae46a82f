# pretrain.mk: trains the network that is shipped; included by the Makefile.
#
#     make pretrain [STEPS=3000] [SEED=1] [THREADS=2] [WEIGHTS=src/core/partners/zero_shot.weights]
#
# Stopped, it goes on where it was when it is called again. With the usual values it makes the file that is shipped.

STEPS ?= 3000
SEED ?= 1
THREADS ?= 2
WEIGHTS ?= src/core/partners/zero_shot.weights
PRETRAIN = build/pretrain/$(BLAS)
PRETRAIN_STATE = $(PRETRAIN)/$(SEED)-$(STEPS).state
PRETRAIN_HEADERS = $(wildcard tools/pretrain/*.h src/core/*/*.h)

pretrain-program: $(PRETRAIN)/pretrain

pretrain: pretrain-program
	$(PRETRAIN)/pretrain $(SEED) $(STEPS) $(THREADS) $(PRETRAIN_STATE) $(WEIGHTS) | tee -a $(PRETRAIN)/$(SEED)-$(STEPS).log

$(PRETRAIN)/%.o: src/core/%.c $(PRETRAIN_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) $(if $(findstring kernels_,$<),$(KERNEL_CFLAGS)) -Isrc/core $(BLAS_CPPFLAGS) -c $< -o $@

$(PRETRAIN)/tools/%.o: tools/pretrain/%.c $(PRETRAIN_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) -D_POSIX_C_SOURCE=200809L -Isrc/core -Itools/pretrain -c $< -o $@

$(PRETRAIN)/pretrain: $(patsubst tools/pretrain/%.c,$(PRETRAIN)/tools/%.o,$(wildcard tools/pretrain/*.c)) $(CORE:%=$(PRETRAIN)/%.o)
	$(CC) $^ $(BLAS_LIBS) -lm -lpthread -o $@
