/*
 * spec_test.c: which specs are the same: weights of one must fit, and mean the same in, the other.
 */
#include "network/network.h"
#include "tap.h"

#include <string.h>

/* A field of a layer, and a number that is another one there. */
typedef struct field
{
	const char *name;
	size_t		at;
	size_t		size;
} field;

#define FIELD(of) {#of, offsetof(lf_layer_spec, of), sizeof(((lf_layer_spec *) 0)->of)}

static const field fields[] = {
	FIELD(kind), FIELD(inner), FIELD(units), FIELD(activation), FIELD(recurrent_activation), FIELD(use_bias),
	FIELD(unit_forget_bias), FIELD(return_sequences), FIELD(go_backwards), FIELD(merge), FIELD(padding), FIELD(kernel[0]),
	FIELD(kernel[1]), FIELD(strides[0]), FIELD(strides[1]), FIELD(target.rank), FIELD(target.dim[0]), FIELD(target.dim[1]),
	FIELD(target.dim[2]), FIELD(target.dim[3]), FIELD(segments), FIELD(categories), FIELD(reset_after),
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/*
 * Bytes of a field that no weight depends on, the rate of a dropout, and of none: in front of it, and behind the last
 * one.
 */
#define LAST_END (offsetof(lf_layer_spec, reset_after) + sizeof(bool))
#define OTHER_BYTES (sizeof(double) + offsetof(lf_layer_spec, rate) - offsetof(lf_layer_spec, target) - sizeof(lf_shape) + \
					 sizeof(lf_layer_spec) - LAST_END)

int
main(void)
{
	lf_layer_spec layer = {.kind = LF_LSTM, .target = {.rank = LF_MAX_RANK, .dim = {1, 2, 3, 4}}};
	lf_spec		a = {.input = {.rank = 2, .dim = {5, 6}}, .count = 2, .layer = {layer, layer}};
	lf_spec		b = a;
	size_t		bytes = 0;

	ok(lf_spec_equal(&a, &b), "a spec is the same as its copy");
	for (size_t i = 0; i < FIELDS; i++)
	{
		int			number = 0;

		b = a;
		memcpy(&number, (char *) &b.layer[1] + fields[i].at, fields[i].size);
		number = fields[i].size == sizeof(bool) ? !number : number > 1 ? number - 1 : number + 1;
		memcpy((char *) &b.layer[1] + fields[i].at, &number, fields[i].size);
		ok(!lf_spec_equal(&a, &b) && !lf_spec_equal(&b, &a), "specs whose last layers differ in %s are not the same", fields[i].name);
		bytes += fields[i].size;
	}
	b = a;
	b.layer[1].rate = 0.5;
	ok(lf_spec_equal(&a, &b), "specs with other rates of dropout are the same: their weights mean the same");
	if (!ok(bytes + OTHER_BYTES == sizeof(lf_layer_spec), "every field of a layer is in the list of this test"))
		diag("fields of %zu bytes, and %zu more, of %zu", bytes, OTHER_BYTES, sizeof(lf_layer_spec));
	b = a;
	b.count = 1;
	ok(!lf_spec_equal(&a, &b) && !lf_spec_equal(&b, &a), "a spec with a layer less is another one");
	b = a;
	b.input.dim[1]++;
	ok(!lf_spec_equal(&a, &b), "a spec with another input is another one");
	return done_testing();
}
