#!/usr/bin/python3
"""Writes networks with weights in Keras' order, and what Keras computes with them: keras_*.txt beside this script, and
test/pgtap/import.sql, which imports each of them.

The layers are written here once more, in numpy and double precision, from the definitions in Keras 3: tensors and their
order as in get_weights(), one sample without the batch axis. Where PyTorch has the operation, its result must agree, or
nothing is written. Needs Debian's python3-torch and python3-numpy; the tests need neither.

A file holds a line "spec <JSON>" and then tensors: a line "name rank dimensions" and the values, row-major: weights
(all of get_weights() in one), input (T, F), output (horizon, targets).
"""
import json
import os
import textwrap

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
SQL = os.path.join(HERE, "..", "pgtap", "import.sql")
TOLERANCE = "1e-5"

ACTIVATIONS = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
    "softplus": lambda x: np.log(1 + np.exp(x)),
}


def agree(ours, theirs):
    """Returns ours; theirs is a tensor of PyTorch."""
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape and np.max(np.abs(ours - theirs)) < 1e-12
    return ours


def padding_of(padding, length, kernel, stride):
    """Output length, and the zeros before and behind."""
    if padding == "valid":
        return (length - kernel) // stride + 1, 0, 0
    count = -(-length // stride)
    missing = max((count - 1) * stride + kernel - length, 0)
    if padding == "causal":
        return count, kernel - 1, 0
    return count, missing // 2, missing - missing // 2


class Lstm:
    """Kernel (F, 4H), recurrent_kernel (H, 4H), bias (4H); gates i, f, c, o."""

    def __init__(self, layer, inputs, draw):
        self.layer = layer
        self.units = layer["units"]
        self.kernel = draw((inputs, 4 * self.units))
        self.recurrent = draw((self.units, 4 * self.units))
        self.bias = draw((4 * self.units,)) if layer.get("use_bias", True) else np.zeros(4 * self.units)

    def sequence(self, x):
        """Outputs in the order in which the steps were processed."""
        squash = ACTIVATIONS[self.layer.get("activation", "tanh")]
        gate = ACTIVATIONS[self.layer.get("recurrent_activation", "sigmoid")]
        h = c = np.zeros(self.units)
        out = []
        if self.layer.get("go_backwards", False):
            x = x[::-1]
        for row in x:
            z_i, z_f, z_c, z_o = np.split(row @ self.kernel + h @ self.recurrent + self.bias, 4)
            c = gate(z_f) * c + gate(z_i) * squash(z_c)
            h = gate(z_o) * squash(c)
            out.append(h)
        out = np.array(out)
        if squash is ACTIVATIONS["tanh"] and gate is ACTIVATIONS["sigmoid"]:
            agree(out, self.by_torch(x))
        return out

    def by_torch(self, x):
        module = torch.nn.LSTM(x.shape[1], self.units)
        with torch.no_grad():
            module.weight_ih_l0.copy_(torch.from_numpy(self.kernel.T.copy()))
            module.weight_hh_l0.copy_(torch.from_numpy(self.recurrent.T.copy()))
            module.bias_ih_l0.copy_(torch.from_numpy(self.bias))
            module.bias_hh_l0.zero_()
            return module(torch.from_numpy(x.copy()))[0]

    def __call__(self, x):
        out = self.sequence(x)
        return out if self.layer.get("return_sequences", False) else out[-1]


class Gru:
    """Kernel (F, 3H), recurrent_kernel (H, 3H), bias (2, 3H) with reset_after, else (3H); gates z, r, h."""

    def __init__(self, layer, inputs, draw):
        self.layer = layer
        self.units = layer["units"]
        self.after = layer.get("reset_after", True)
        self.kernel = draw((inputs, 3 * self.units))
        self.recurrent = draw((self.units, 3 * self.units))
        self.bias = np.zeros((2, 3 * self.units))
        if layer.get("use_bias", True):
            bias = draw((2, 3 * self.units) if self.after else (3 * self.units,))
            self.bias[:len(bias) if self.after else 1] = bias

    def sequence(self, x):
        """Outputs in the order in which the steps were processed."""
        squash = ACTIVATIONS[self.layer.get("activation", "tanh")]
        gate = ACTIVATIONS[self.layer.get("recurrent_activation", "sigmoid")]
        h = np.zeros(self.units)
        out = []
        if self.layer.get("go_backwards", False):
            x = x[::-1]
        u_z, u_r, u_h = np.split(self.recurrent, 3, axis=1)
        c_z, c_r, c_h = np.split(self.bias[1], 3)
        for row in x:
            x_z, x_r, x_h = np.split(row @ self.kernel + self.bias[0], 3)
            z = gate(x_z + h @ u_z + c_z)
            r = gate(x_r + h @ u_r + c_r)
            inner = r * (h @ u_h + c_h) if self.after else (r * h) @ u_h
            h = z * h + (1 - z) * squash(x_h + inner)
            out.append(h)
        out = np.array(out)
        if self.after and squash is ACTIVATIONS["tanh"] and gate is ACTIVATIONS["sigmoid"]:
            agree(out, self.by_torch(x))
        return out

    def by_torch(self, x):
        """Its gates are in the order r, z, n."""
        def turned(values):
            z, r, h = np.split(values, 3, axis=-1)
            return torch.from_numpy(np.concatenate((r, z, h), axis=-1).T.copy())

        module = torch.nn.GRU(x.shape[1], self.units)
        with torch.no_grad():
            module.weight_ih_l0.copy_(turned(self.kernel))
            module.weight_hh_l0.copy_(turned(self.recurrent))
            module.bias_ih_l0.copy_(turned(self.bias[0]))
            module.bias_hh_l0.copy_(turned(self.bias[1]))
            return module(torch.from_numpy(x.copy()))[0]

    def __call__(self, x):
        out = self.sequence(x)
        return out if self.layer.get("return_sequences", False) else out[-1]


RECURRENT = {"lstm": Lstm, "gru": Gru}


def recurrent(layer, x, draw):
    return RECURRENT[layer["type"]](layer, x.shape[1], draw)(x)


def bidirectional(layer, x, draw):
    """The backward layer's weights follow the forward layer's; its sequence is turned around before the merge."""
    inner = layer["layer"]
    ahead = recurrent(inner, x, draw)
    back = recurrent({**inner, "go_backwards": not inner.get("go_backwards", False)}, x, draw)
    if inner.get("return_sequences", False):
        back = back[::-1]
    return {
        "concat": lambda: np.concatenate((ahead, back), axis=-1),
        "sum": lambda: ahead + back,
        "ave": lambda: (ahead + back) / 2,
        "mul": lambda: ahead * back,
    }[layer.get("merge_mode", "concat")]()


def dense(layer, x, draw):
    kernel = draw((x.shape[-1], layer["units"]))
    bias = draw((layer["units"],)) if layer.get("use_bias", True) else 0
    return ACTIVATIONS[layer.get("activation", "linear")](x @ kernel + bias)


def conv1d(layer, x, draw):
    """Kernel (size, channels, filters), not flipped."""
    size, filters, stride = layer["kernel_size"], layer["filters"], layer.get("strides", 1)
    kernel = draw((size, x.shape[1], filters))
    bias = draw((filters,)) if layer.get("use_bias", True) else np.zeros(filters)
    count, before, behind = padding_of(layer.get("padding", "valid"), len(x), size, stride)
    padded = np.pad(x, ((before, behind), (0, 0)))
    out = np.array([[np.sum(padded[t * stride:t * stride + size] * kernel[:, :, f]) + bias[f] for f in range(filters)]
                    for t in range(count)])
    theirs = torch.nn.functional.conv1d(torch.from_numpy(padded.T.copy())[None],
                                        torch.from_numpy(kernel.transpose(2, 1, 0).copy()), torch.from_numpy(bias),
                                        stride=stride)
    agree(out, theirs[0].T)
    return ACTIVATIONS[layer.get("activation", "linear")](out)


def max_pool1d(layer, x, draw):
    size = layer.get("pool_size", 2)
    out = np.array([np.max(x[t:t + size], axis=0) for t in range(0, len(x) - size + 1, size)])
    return agree(out, torch.nn.functional.max_pool1d(torch.from_numpy(x.T.copy())[None], size)[0].T)


def conv2d(image, kernel, padding):
    """Kernel (rows, columns, channels, filters), stride 1."""
    rows, columns, _, filters = kernel.shape
    _, top, bottom = padding_of(padding, image.shape[0], rows, 1)
    _, left, right = padding_of(padding, image.shape[1], columns, 1)
    padded = np.pad(image, ((top, bottom), (left, right), (0, 0)))
    out = np.array([[[np.sum(padded[r:r + rows, c:c + columns] * kernel[..., f]) for f in range(filters)]
                     for c in range(padded.shape[1] - columns + 1)] for r in range(padded.shape[0] - rows + 1)])
    theirs = torch.nn.functional.conv2d(torch.from_numpy(padded.transpose(2, 0, 1).copy())[None],
                                        torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy()))
    return agree(out, theirs[0].permute(1, 2, 0))


def conv_lstm2d(layer, x, draw):
    """Kernel (rows, columns, channels, 4 filters), recurrent_kernel (rows, columns, filters, 4 filters) padded so that
    the state keeps its size, bias (4 filters); gates i, f, c, o."""
    filters = layer["filters"]
    kernel = draw((*layer["kernel_size"], x.shape[3], 4 * filters))
    recurrent = draw((*layer["kernel_size"], filters, 4 * filters))
    bias = draw((4 * filters,)) if layer.get("use_bias", True) else 0
    squash = ACTIVATIONS[layer.get("activation", "tanh")]
    gate = ACTIVATIONS[layer.get("recurrent_activation", "sigmoid")]
    h = c = None
    out = []
    for image in x:
        z = conv2d(image, kernel, layer.get("padding", "valid")) + bias
        if h is None:
            h = c = np.zeros((*z.shape[:2], filters))
        z_i, z_f, z_c, z_o = np.split(z + conv2d(h, recurrent, "same"), 4, axis=-1)
        c = gate(z_f) * c + gate(z_i) * squash(z_c)
        h = gate(z_o) * squash(c)
        out.append(h)
    return np.array(out) if layer.get("return_sequences", False) else out[-1]


def time_distributed(layer, x, draw):
    """One layer over all steps: it draws its weights at the first step and has the same ones at the others."""
    kept = []

    def draw_once(shape):
        kept.append(draw(shape))
        return kept[-1]

    inner = layer["layer"]
    out = [LAYERS[inner["type"]](inner, x[0], draw_once)]
    for step in x[1:]:
        again = iter(kept)
        out.append(LAYERS[inner["type"]](inner, step, lambda shape: next(again)))
    return np.array(out)


LAYERS = {
    "lstm": recurrent,
    "gru": recurrent,
    "bidirectional": bidirectional,
    "dense": dense,
    "conv1d": conv1d,
    "max_pool1d": max_pool1d,
    "conv_lstm2d": conv_lstm2d,
    "time_distributed": time_distributed,
    "flatten": lambda layer, x, draw: x.reshape(-1),
    "reshape": lambda layer, x, draw: x.reshape(layer["target_shape"]),
    "repeat_vector": lambda layer, x, draw: np.tile(x, (layer["n"], 1)),
    "dropout": lambda layer, x, draw: x,
}


def network(inputs, *layers):
    return {"input": list(inputs), "layers": list(layers)}


def layer(kind, **arguments):
    return {"type": kind, **arguments}


def both(inner, **arguments):
    return layer("bidirectional", layer=inner, **arguments)


def each_step(inner):
    return layer("time_distributed", layer=inner)


# name of the file: (name of the test, spec)
CASES = {
    "lstm": ("an LSTM with unit_forget_bias", network(
        (5, 3), layer("lstm", units=4, unit_forget_bias=True), layer("dense", units=2))),
    "lstm_no_forget_bias": ("an LSTM without unit_forget_bias", network(
        (5, 3), layer("lstm", units=4, unit_forget_bias=False), layer("dense", units=2))),
    "lstm_no_bias": ("an LSTM without bias", network(
        (5, 3), layer("lstm", units=4, use_bias=False), layer("dense", units=1, use_bias=False))),
    "lstm_relu": ("an LSTM with relu", network(
        (4, 1), layer("lstm", units=5, activation="relu"), layer("dense", units=1))),
    "lstm_elu": ("an LSTM with elu and softplus", network(
        (3, 2), layer("lstm", units=3, activation="elu", recurrent_activation="softplus"))),
    "lstm_backwards": ("an LSTM that goes backwards and returns sequences", network(
        (4, 3), layer("lstm", units=2, go_backwards=True, return_sequences=True))),
    "bidirectional": ("a bidirectional LSTM", network(
        (5, 2), both(layer("lstm", units=3), merge_mode="concat"), layer("dense", units=2))),
    "bidirectional_sequences": ("a bidirectional LSTM that returns sequences", network(
        (4, 2), both(layer("lstm", units=3, return_sequences=True), merge_mode="concat"))),
    "bidirectional_sum": ("a bidirectional LSTM with merge_mode sum", network(
        (4, 2), both(layer("lstm", units=3, return_sequences=True), merge_mode="sum"), layer("dense", units=1))),
    "bidirectional_ave": ("a bidirectional LSTM with merge_mode ave", network(
        (4, 2), both(layer("lstm", units=3), merge_mode="ave"))),
    "bidirectional_mul": ("a bidirectional LSTM with merge_mode mul", network(
        (4, 2), both(layer("lstm", units=3), merge_mode="mul"))),
    "conv_lstm2d": ("a ConvLSTM2D of 3 x 3", network(
        (4, 25), layer("reshape", target_shape=[4, 5, 5, 1]),
        layer("conv_lstm2d", filters=2, kernel_size=[3, 3], padding="valid"), layer("flatten"),
        layer("dense", units=2))),
    "conv_lstm2d_same": ("a padded ConvLSTM2D that returns sequences", network(
        (3, 12), layer("reshape", target_shape=[3, 3, 4, 1]),
        layer("conv_lstm2d", filters=2, kernel_size=[2, 3], padding="same", activation="relu", return_sequences=True),
        layer("flatten"), layer("dense", units=1))),
    "cnn_lstm": ("convolutions over subsequences and an LSTM", network(
        (10, 2), layer("reshape", target_shape=[2, 5, 2]),
        each_step(layer("conv1d", filters=3, kernel_size=2, activation="relu")),
        each_step(layer("max_pool1d", pool_size=2)), each_step(layer("flatten")),
        layer("lstm", units=4), layer("dense", units=1))),
    "conv1d": ("convolutions with causal and same padding", network(
        (7, 2), layer("conv1d", filters=3, kernel_size=3, padding="causal", activation="tanh"),
        layer("conv1d", filters=2, kernel_size=4, strides=2, padding="same"), layer("max_pool1d", pool_size=2),
        layer("flatten"), layer("dense", units=3))),
    "stacked": ("stacked LSTMs with dropout between them", network(
        (6, 2), layer("lstm", units=4, return_sequences=True), layer("dropout", rate=0.3), layer("lstm", units=3),
        layer("dense", units=2, activation="sigmoid"))),
    "encoder_decoder": ("an encoder and a decoder", network(
        (6, 2), layer("lstm", units=4), layer("repeat_vector", n=3), layer("lstm", units=3, return_sequences=True),
        each_step(layer("dense", units=2)))),
    "gru": ("a GRU", network((5, 3), layer("gru", units=4), layer("dense", units=2))),
    "gru_before": ("a GRU with reset_after false", network(
        (5, 3), layer("gru", units=4, reset_after=False), layer("dense", units=2))),
    "gru_no_bias": ("a GRU without bias", network(
        (5, 3), layer("gru", units=4, use_bias=False), layer("dense", units=1))),
    "gru_relu": ("a GRU with relu that goes backwards and returns sequences", network(
        (4, 2), layer("gru", units=3, activation="relu", recurrent_activation="softplus", go_backwards=True,
                      return_sequences=True))),
    "gru_bidirectional": ("a bidirectional GRU that returns sequences", network(
        (4, 2), both(layer("gru", units=3, return_sequences=True), merge_mode="concat"))),
    "gru_bidirectional_before": ("a bidirectional GRU with reset_after false and merge_mode sum", network(
        (4, 2), both(layer("gru", units=3, reset_after=False), merge_mode="sum"))),
    "gru_encoder_decoder": ("an encoder and a decoder of GRUs", network(
        (6, 2), layer("gru", units=4), layer("repeat_vector", n=3),
        layer("gru", units=3, return_sequences=True, reset_after=False),
        each_step(layer("dense", units=2)))),
}


def numbers(values):
    return [f"{value:.9g}" for value in np.asarray(values, dtype=np.float64).reshape(-1)]


def compute(spec, seed):
    """Weights and input have three decimals, and are what floats make of them."""
    generator = np.random.default_rng(seed)
    weights = []

    def decimals(shape, limit):
        return np.round(generator.uniform(-limit, limit, shape), 3)

    def draw(shape):
        values = decimals(shape, 0.8)
        weights.append(values.reshape(-1))
        return values.astype(np.float32).astype(np.float64)

    window = decimals(spec["input"], 2)
    x = window.astype(np.float32).astype(np.float64)
    for one in spec["layers"]:
        x = LAYERS[one["type"]](one, x, draw)
    return np.concatenate(weights), window, x.reshape((1, -1) if x.ndim == 1 else x.shape)


def write_text(name, spec, tensors):
    with open(os.path.join(HERE, f"keras_{name}.txt"), "w", encoding="ascii") as file:
        file.write(f"spec {json.dumps(spec)}\n")
        for key, values in tensors.items():
            file.write(f"{key} {values.ndim} {' '.join(map(str, values.shape))}\n")
            file.write(textwrap.fill(" ".join(numbers(values)), 118) + "\n")


def wrapped(text, indent):
    return textwrap.fill(text, 118, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def sql_array(values, kind, indent):
    if values.ndim == 1:
        text = ", ".join(numbers(values))
    else:
        text = ", ".join(f"[{', '.join(numbers(row))}]" for row in values)
    return wrapped(f"ARRAY[{text}]::{kind}", indent)


def sql_import(spec, weights, indent):
    inner = indent + "    "
    return (f"{indent}lstm_import(\n{wrapped(chr(39) + json.dumps(spec) + chr(39) + '::jsonb,', inner)}\n"
            f"{sql_array(weights, 'real[]', inner)})")


HEAD = """\
-- Imported networks forecast what Keras forecasts. Written by test/reference/make_keras_reference.py.
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lstm_forecast;

SELECT plan({tests});

-- The largest difference to the expected outputs; infinity where their number is another one.
CREATE FUNCTION pg_temp.largest_error(model bytea, input float8[], expected float8[]) RETURNS float8 LANGUAGE sql AS $$
    SELECT max(coalesce(abs(pair.forecast - pair.expected), 'infinity'))
    FROM unnest((SELECT array_agg(p.forecast ORDER BY p.step, p.target) FROM lstm_predict(model, input) AS p), expected)
        AS pair (forecast, expected);
$$;
"""

# A network small enough to be written down: 4 + 4 + 4 weights.
SMALL = '{"input": [3, 1], "layers": [{"type": "lstm", "units": 1}]}'

ERRORS = [
    (SMALL, "array_fill(0.5::real, ARRAY[11])", "22023", "one weight too few is refused"),
    (SMALL, "array_fill(0.5::real, ARRAY[13])", "22023", "one weight too many is refused"),
    (SMALL, "'{}'::real[]", "22023", "an empty array of weights is refused"),
    (SMALL, "array_append(array_fill(0.5::real, ARRAY[11]), 'NaN'::real)", "22000",
     "a NaN among the weights is refused"),
    (SMALL, "array_append(array_fill(0.5::real, ARRAY[11]), 'Infinity'::real)", "22000",
     "an infinite weight is refused"),
    (SMALL, "array_append(array_fill(0.5::real, ARRAY[11]), NULL)", "22004", "a NULL among the weights is refused"),
    (SMALL.replace('"lstm"', '"rnn"'), "array_fill(0.5::real, ARRAY[12])", "22023", "an unknown layer type is refused"),
    ('{"layers": [{"type": "lstm", "units": 1}]}', "array_fill(0.5::real, ARRAY[12])", "22023",
     "a spec without input is refused"),
    ('{"input": [3, 1]}', "array_fill(0.5::real, ARRAY[12])", "22023", "a spec without layers is refused"),
    (SMALL.replace('"units"', '"unit"'), "array_fill(0.5::real, ARRAY[12])", "22023",
     "an unknown argument of a layer is refused"),
]


def write_sql(results):
    parts = []
    for name, (spec, weights, window, output) in results.items():
        parts.append("SELECT cmp_ok(\n    pg_temp.largest_error(\n"
                     f"{sql_import(spec, weights, ' ' * 8)},\n"
                     f"{sql_array(window, 'float8[]', ' ' * 8)},\n"
                     f"{sql_array(output.reshape(-1), 'float8[]', ' ' * 8)}),\n"
                     f"    '<=', {TOLERANCE}::float8, '{CASES[name][0]} forecasts as in Keras');\n")

    spec, weights, window, output = results["encoder_decoder"]
    labels = ", ".join(f"'{step} y{target}'" for step in range(1, output.shape[0] + 1)
                       for target in range(1, output.shape[1] + 1))
    parts.append("SELECT is(\n    (SELECT array_agg(step || ' ' || target ORDER BY step, target) FROM lstm_predict(\n"
                 f"{sql_import(spec, weights, ' ' * 8)},\n"
                 f"{sql_array(window, 'float8[]', ' ' * 8)})),\n"
                 f"    ARRAY[{labels}],\n"
                 "    'an output of shape (T, units) is T steps of targets y1, y2, ...');\n")

    for spec, weights, code, name in ERRORS:
        parts.append(f"SELECT throws_ok(\n    $$SELECT lstm_import('{spec}',\n"
                     f"        {weights})$$,\n"
                     f"    '{code}', NULL, '{name}');\n")

    with open(SQL, "w", encoding="ascii") as file:
        file.write(HEAD.format(tests=len(parts)))
        file.write("\n" + "\n".join(parts))
        file.write("\nSELECT * FROM finish();\nROLLBACK;\n")


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    results = {}
    for seed, (name, (_, spec)) in enumerate(CASES.items(), start=1):
        weights, window, output = compute(spec, seed)
        results[name] = (spec, weights, window, output)
        write_text(name, spec, {"weights": weights, "input": window, "output": output})
    write_sql(results)


if __name__ == "__main__":
    main()
