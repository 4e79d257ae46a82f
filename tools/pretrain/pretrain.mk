# pretrain.mk: how the program that trains the shipped network is built; included by the Makefile.

PRETRAIN = build/pretrain/$(BLAS)
PRETRAIN_HEADERS = $(wildcard tools/pretrain/*.h src/core/*/*.h)

pretrain-program: $(PRETRAIN)/pretrain

$(PRETRAIN)/%.o: src/core/%.c $(PRETRAIN_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) $(if $(findstring kernels_,$<),$(KERNEL_CFLAGS)) -Isrc/core $(BLAS_CPPFLAGS) -c $< -o $@

$(PRETRAIN)/tools/%.o: tools/pretrain/%.c $(PRETRAIN_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) -D_GNU_SOURCE -Isrc/core -Itools/pretrain -c $< -o $@

$(PRETRAIN)/pretrain: $(patsubst tools/pretrain/%.c,$(PRETRAIN)/tools/%.o,$(wildcard tools/pretrain/*.c)) $(CORE:%=$(PRETRAIN)/%.o)
	$(CC) $^ $(BLAS_LIBS) -lm -lpthread -o $@
