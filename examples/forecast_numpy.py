"""Repeats the forecasts of a model with numpy alone, from what lstm_export wrote of it.

    psql -XqAt -c "SELECT lstm_export(lstm_load('temps'))" >temps.json
    python3 forecast_numpy.py temps.json 50 60 70 80 90

The formulas are those of Keras 3, one sample at a time and in double precision. A model of one network, or of an ensemble
of one architecture, is rebuilt in full: any layers, with scaling and transforms. See doc/export.md.
"""
import json
import math
import sys

import numpy as np


def array(values):
    """Numbers as doubles; those that JSON has none for are texts: "NaN", "Infinity", "-0"."""
    return np.array(values, dtype=float)


def weights(values):
    """Weights are floats, written with as few digits as tell them apart from each other."""
    return np.array(values, dtype=np.float32).astype(float)


# ---- layers ----

ACTIVATIONS = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(0, x),
}


def activation(layer, key="activation"):
    return ACTIVATIONS[layer[key]]


def lstm_steps(layer, tensors, x):
    """The outputs of all steps, in the order in which they are taken, and the last cell. Gates i, f, c, o."""
    kernel, recurrent = tensors[:2]
    units = layer["units"]
    bias = tensors[2] if layer["use_bias"] else np.zeros(4 * units)
    squash, gate = activation(layer), activation(layer, "recurrent_activation")
    h = c = np.zeros(units)
    out = []
    for row in x[::-1] if layer["go_backwards"] else x:
        i, f, g, o = np.split(row @ kernel + h @ recurrent + bias, 4)
        c = gate(f) * c + gate(i) * squash(g)
        h = gate(o) * squash(c)
        out.append(h)
    return np.array(out), c


def gru_steps(layer, tensors, x):
    kernel, recurrent = tensors[:2]
    units = layer["units"]
    bias = tensors[2] if layer["use_bias"] else np.zeros((2, 3 * units) if layer["reset_after"] else 3 * units)
    of_x, of_h = bias if layer["reset_after"] else (bias, np.zeros(3 * units))
    squash, gate = activation(layer), activation(layer, "recurrent_activation")
    h = np.zeros(units)
    out = []
    for row in x[::-1] if layer["go_backwards"] else x:
        x_z, x_r, x_g = np.split(row @ kernel + of_x, 3)
        h_z, h_r, h_g = np.split(h @ recurrent + of_h, 3)
        z, r = gate(x_z + h_z), gate(x_r + h_r)
        if not layer["reset_after"]:
            h_g = (r * h) @ recurrent[:, 2 * units:]
        g = squash(x_g + (r * h_g if layer["reset_after"] else h_g))
        h = z * h + (1 - z) * g
        out.append(h)
    return np.array(out), None


STEPS = {"lstm": lstm_steps, "gru": gru_steps}


def recurrent(layer, tensors, x):
    out, _ = STEPS[layer["type"]](layer, tensors, x)
    return out if layer["return_sequences"] else out[-1]


def bidirectional(layer, tensors, x):
    half = len(tensors) // 2
    ahead = dict(layer, type=layer["wrapped"])
    back = dict(ahead, go_backwards=not ahead["go_backwards"])
    parts = []
    for part, own in ((ahead, tensors[:half]), (back, tensors[half:])):
        y = recurrent(part, own, x)
        # both speak of the same time in the same row
        parts.append(y[::-1] if part["return_sequences"] and part["go_backwards"] != layer["go_backwards"] else y)
    a, b = parts
    return {"concat": lambda: np.concatenate((a, b), axis=-1), "sum": lambda: a + b, "ave": lambda: (a + b) / 2,
            "mul": lambda: a * b}[layer["merge_mode"]]()


def dense(layer, tensors, x):
    return activation(layer)(x @ tensors[0] + (tensors[1] if layer["use_bias"] else 0))


def padding_of(padding, length, kernel, stride):
    """Steps of the output, and the zeros before the first and behind the last step of the input."""
    if padding == "valid":
        return (length - kernel) // stride + 1, 0, 0
    count = -(-length // stride)
    if padding == "causal":
        return count, kernel - 1, 0
    missing = max((count - 1) * stride + kernel - length, 0)
    return count, missing // 2, missing - missing // 2


def conv1d(layer, tensors, x):
    size, stride = layer["kernel_size"], layer["strides"]
    count, before, behind = padding_of(layer["padding"], len(x), size, stride)
    x = np.pad(x, ((before, behind), (0, 0)))
    kernel = tensors[0].reshape(-1, layer["filters"])
    out = np.array([x[t * stride:t * stride + size].reshape(-1) @ kernel for t in range(count)])
    return activation(layer)(out + (tensors[1] if layer["use_bias"] else 0))


def max_pool1d(layer, tensors, x):
    size, stride = layer["pool_size"], layer["strides"]
    count, before, behind = padding_of(layer["padding"], len(x), size, stride)
    x = np.pad(x, ((before, behind), (0, 0)), constant_values=-np.inf)
    return np.array([x[t * stride:t * stride + size].max(axis=0) for t in range(count)])


def conv2d(x, kernel, strides, padding):
    (rows, up, down), (columns, left, right) = (padding_of(padding, x.shape[i], kernel.shape[i], strides[i]) for i in (0, 1))
    x = np.pad(x, ((up, down), (left, right), (0, 0)))
    flat = kernel.reshape(-1, kernel.shape[-1])
    return np.array([[x[r * strides[0]:r * strides[0] + kernel.shape[0],
                        c * strides[1]:c * strides[1] + kernel.shape[1]].reshape(-1) @ flat
                      for c in range(columns)] for r in range(rows)])


def conv_lstm2d(layer, tensors, x):
    kernel, recurrent = tensors[:2]
    bias = tensors[2] if layer["use_bias"] else 0
    squash, gate = activation(layer), activation(layer, "recurrent_activation")
    h = c = None
    out = []
    for image in x[::-1] if layer["go_backwards"] else x:
        z = conv2d(image, kernel, (layer["strides"], layer["strides_2"]), layer["padding"]) + bias
        if h is None:
            h = c = np.zeros(z.shape[:2] + (layer["filters"],))
        i, f, g, o = np.split(z + conv2d(h, recurrent, (1, 1), "same"), 4, axis=-1)
        c = gate(f) * c + gate(i) * squash(g)
        h = gate(o) * squash(c)
        out.append(h)
    return np.array(out) if layer["return_sequences"] else h


def segment_lstm(layer, tensors, x):
    """SegRNN: from the last state each segment of the output is one more step, whose input is learned."""
    *cell, positions = tensors
    out, c = lstm_steps(dict(layer, go_backwards=False), cell, x)
    bias = cell[2] if layer["use_bias"] else 0
    squash, gate = activation(layer), activation(layer, "recurrent_activation")
    i, f, g, o = np.split(positions @ cell[0] + out[-1] @ cell[1] + bias, 4, axis=-1)
    return gate(o) * squash(gate(f) * c + gate(i) * squash(g))


def category_embedding(layer, tensors, x):
    """The first feature is the number of a category; one that training has not seen is the mean of all."""
    def vector(number):
        return tensors[0][int(number)] if 0 <= number < layer["categories"] else tensors[0].mean(axis=0)
    return np.array([np.concatenate((row[1:], vector(row[0]))) for row in x])


def time_distributed(layer, tensors, x):
    inner = dict(layer, type=layer["wrapped"])
    return np.array([LAYERS[inner["type"]](inner, tensors, step) for step in x])


LAYERS = {
    "lstm": recurrent,
    "gru": recurrent,
    "bidirectional": bidirectional,
    "dense": dense,
    "time_distributed": time_distributed,
    "conv1d": conv1d,
    "max_pool1d": max_pool1d,
    "flatten": lambda layer, tensors, x: x.reshape(-1),
    "reshape": lambda layer, tensors, x: x.reshape(layer["target_shape"]),
    "repeat_vector": lambda layer, tensors, x: np.tile(x, (layer["n"], 1)),
    "conv_lstm2d": conv_lstm2d,
    "dropout": lambda layer, tensors, x: x,
    "segment_lstm": segment_lstm,
    "category_embedding": category_embedding,
}


def numpy_network(spec):
    """A function from an input (steps, features) to the output, the mean over the networks of an ensemble."""
    members = [[[weights(tensor) for tensor in layer] for layer in member] for member in spec["weights"]]

    def walk(x):
        outputs = []
        for member in members:
            y = x
            for layer, tensors in zip(spec["layers"], member):
                y = LAYERS[layer["type"]](layer, tensors, y)
            outputs.append(y)
        return np.mean(outputs, axis=0)
    return walk


# ---- scaling and transforms ----

class Model:
    """One network, with what stands between the values of the columns and the numbers that it sees."""

    def __init__(self, spec, network=numpy_network, series=0):
        if spec["parts"]:
            raise ValueError("this model is a mixture of " + ", ".join(spec["parts"]) + ": train with the option "
                             '"candidates": ["network"] to have one network alone')
        self.task = spec["task"]
        self.columns = spec["columns"]
        self.training = spec["training"]
        self.walk = network(spec)
        self.scaling = [(float(s["offset"]), float(s["scale"])) for s in spec["scaling"][series]]
        self.ranges = spec.get("ranges")
        self.blend = spec["blend"]
        self.regression = spec["level_regression"]
        self.season = spec["season"]
        self.inputs, self.targets = self.task["inputs"], self.task["targets"]
        self.seasons = self.task.get("seasons", [])
        knots = sum(season["knots"] for season in self.seasons)
        shapes = array(spec["season_shapes"]).reshape(-1, len(self.targets), knots) if knots else None
        self.shapes = shapes[series] if knots else None
        self.kinds = self.task["column_kinds"]

    def log_of(self, value):
        return math.log(max(value - self.task["log_from"], 1e-300))

    def season_value(self, target, number):
        """What seasons add to a target in the row of this number, or its logarithm."""
        value, shape = 0.0, self.shapes[target]
        for season in self.seasons:
            length, knots = season["length"], season["knots"]
            if length == knots:
                value += shape[number % knots]
            else:
                cycles = number / length
                place = (cycles - math.floor(cycles)) * knots
                knot = min(int(place), knots - 1)
                value += shape[knot] + (place - knot) * (shape[(knot + 1) % knots] - shape[knot])
            shape = shape[knots:]
        return value

    def season_of(self, column, number):
        return self.season_value(self.targets.index(column), number) if self.seasons and column in self.targets else None

    def scaled(self, column, value, number):
        """A value as the network sees it, before a level is subtracted."""
        offset, scale = self.scaling[column]
        season = self.season_of(column, number)
        if self.task["log"] and column in self.targets:
            if self.task.get("log_found") and not value > self.task["log_from"]:
                return -8.0         # nobody has asked for logarithms: a value that has none is a very low one
            value = self.log_of(value) - (season or 0)
        elif season is not None:
            value = value - season if self.task["deseasonalize"] == "additive" else value * math.exp(-season)
        return (value - offset) / scale

    def limited(self, value):
        if not self.task["limited"]:
            return value
        return min(max(value, float(self.task["lower_limit"])), float(self.task["upper_limit"]))

    def unscaled(self, column, value, number):
        offset, scale = self.scaling[column]
        season = self.season_of(column, number)
        value = value * scale + offset
        if self.task["log"]:
            value = math.exp(min(value + (season or 0), 700)) + self.task["log_from"]
        elif season is not None:
            value = value + season if self.task["deseasonalize"] == "additive" else value * math.exp(min(season, 700))
        return self.limited(value)

    def column_of_input(self, rows, i, number):
        """The values of an input in a window, scaled: of a known one as many rows ahead. The last row stands for later ones."""
        column, ahead = self.inputs[i], self.task["rows_ahead"][i]
        last = len(rows) - 1
        return np.array([self.scaled(column, rows[min(t + ahead, last)][column], number + min(t + ahead, last))
                         for t in range(self.task["lookback"])])

    def has_season(self):
        return 1 < self.task["season"] <= self.task["lookback"] and self.task["lead"] > 0

    def level_of_input(self, i, values):
        if self.kinds[self.inputs[i]] in ("category", "series"):
            return 0.0
        if self.training["normalize"] == "last":
            return values[-1]
        count = self.task["season"] if self.training["normalize"] != "mean" and self.has_season() else len(values)
        return values[-count:].mean()

    def keep_inside(self, x, level):
        """Brings a window that is outside of what training has shown back: see doc/intervals.md."""
        for i, column in enumerate(self.inputs):
            low, high = float(self.ranges[i]["low"]), float(self.ranges[i]["high"])
            if self.kinds[column] != "measured" or not low < high or self.task["difference"] > 0:
                continue
            far = 0.0
            if column in self.targets and self.training["normalize"] == "none":
                newest = np.median(x[-3:, i]) if len(x) >= 3 else x[-1, i]
                far = newest - np.clip(newest, low, high)
            x[:, i] = np.clip(x[:, i] - far, low, high)
            if column in self.targets:
                level[self.targets.index(column)] += far

    def base(self, scaled, level, j, k):
        """What step k of a target is measured from."""
        values, task = scaled[j], self.task
        last, step = task["lookback"] - 1, task["lead"] + k
        if task["difference"] > 0:
            return values[last + step - task["difference"]]
        if self.training["normalize"] not in ("seasonal_naive", "season_profile") or not self.has_season() \
                or self.targets[j] not in self.inputs:
            return level[j]
        season = task["season"]
        back = -(-step // season) * season - step
        places = [last - back]
        while self.training["normalize"] == "season_profile" and places[-1] - season >= 0:
            places.append(places[-1] - season)
        return np.mean([values[place] for place in places])

    def baseline(self, name, values, k):
        """A naive forecast from a window of values of the column."""
        step, season, last = k + self.task["lead"], self.season, len(values) - 1
        if name == "repeat_last":
            return values[-1]
        if name == "drift":
            return values[-1] + step * (values[-1] - values[0]) / last if last > 0 else None
        if name == "mean":
            return np.mean(values)
        places = range(last - (-(-step // season) * season - step), -1, -season) if season > 1 else []
        places = list(places)[:1 if name == "seasonal_naive" else 7]
        return np.mean([values[place] for place in places]) if places else None

    def horizon_of(self, rows, number):
        """The forecast (horizon, targets) of one window: lookback rows of all columns, and what is known of later ones."""
        task, lookback, horizon = self.task, self.task["lookback"], self.task["horizon"]
        inputs = [self.column_of_input(rows, i, number) for i in range(len(self.inputs))]
        scaled = [{t: self.scaled(column, rows[t][column], number + t) for t in range(lookback)} if column in self.inputs
                  else None for column in self.targets]
        level = np.zeros(len(self.targets))
        if self.training["normalize"] != "none":
            levels = [self.level_of_input(i, values) for i, values in enumerate(inputs)]
            for j, column in enumerate(self.targets):
                if column in self.inputs:
                    level[j] = levels[self.inputs.index(column)]
                elif self.regression is not None:
                    level[j] = array(self.regression).reshape(len(self.targets), -1)[j] @ (levels + [1.0])
        x = np.array(inputs).T
        for i, column in enumerate(self.inputs):
            if column in self.targets and (self.training["normalize"] != "none" or task["difference"] > 0):
                x[:, i] -= level[self.targets.index(column)]
                if task["difference"] > 0:
                    apart = task["difference"]
                    x[:, i] = np.concatenate((np.zeros(min(apart, lookback)), x[apart:, i] - x[:-apart, i]))[:lookback]
        if self.ranges is not None:
            self.keep_inside(x, level)

        # one sample, or one for each column; then (horizon, targets, numbers for each)
        if task["independent"]:
            y = np.array([self.walk(x[:, [i]]).reshape(horizon, -1) for i in range(len(self.targets))]).transpose(1, 0, 2)
        else:
            y = self.walk(x).reshape(horizon, len(self.targets), -1)
        point = y[:, :, task["levels"].index(0.5)] if self.training["loss"] == "quantile" else y[:, :, 0]
        if self.training["loss"] == "negative_binomial":
            point = 1e-3 + np.logaddexp(0, point)   # the mean, in the unit of the column

        out = np.empty((horizon, len(self.targets)))
        for j, column in enumerate(self.targets):
            for k in range(horizon):
                row = lookback - 1 + task["lead"] + k
                value = self.unscaled(column, point[k, j] + self.base(scaled, level, j, k), number + row)
                if task["difference"] > 0 and row >= lookback:
                    scaled[j][row] = self.scaled(column, value, number + row)
                if self.blend is not None and self.blend[j]["with"] != "network":
                    other = self.baseline(self.blend[j]["with"], [r[column] for r in rows[:lookback]], k)
                    if other is not None:
                        value = self.limited(self.blend[j]["weight"] * value + (1 - self.blend[j]["weight"]) * other)
                out[k, j] = value
        return out

    def forecast(self, rows, number=None, steps=None, later=()):
        """
        The forecast (steps, targets) that follows rows of all columns, oldest first.

        'number' is the place of the first row on the grid of time, which seasons are counted by; without one it is where
        the seasons fit the rows best. 'later': rows behind these, of which the known columns are looked at alone.
        """
        rows = [list(map(float, row)) for row in rows]
        later = [list(map(float, row)) for row in later]
        lookback = self.task["lookback"]
        if len(rows) < lookback:
            raise ValueError(f"the model looks back over {lookback} rows of {', '.join(self.columns)}, but there are {len(rows)}")
        if number is None:
            number = self.align(rows)
        number += len(rows) - lookback
        rows = rows[-lookback:]
        out = np.empty((0, len(self.targets)))
        while len(out) < (steps or self.task["horizon"]):
            some = self.horizon_of(rows + later, number)
            out = np.concatenate((out, some))
            for values in some:
                row = list(later.pop(0) if later else rows[-1])
                for j, column in enumerate(self.targets):
                    row[column] = values[j]
                rows = rows[1:] + [row]
            number += len(some)
        return out[:steps or self.task["horizon"]]

    def align(self, rows):
        """As lstm_predict does with an array: the number with which the season leaves the rows the least variance."""
        if not self.seasons:
            return 0
        longest = math.floor(self.seasons[-1]["length"] + 0.5)
        values = [row[self.targets[0]] for row in rows[-4 * longest:]]
        skipped = len(rows) - len(values)
        if self.task["deseasonalize"] == "multiplicative":
            values = [self.log_of(value) for value in values]

        def variance(number):
            return np.var([value - self.season_value(0, number + skipped + i) for i, value in enumerate(values)])
        return min(range(0, longest, longest // 2016 + 1), key=variance)


def calendar(name, at):
    """What a calendar column, such as hour_of_day_sin, has at a time."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    of_day = (at - midnight).total_seconds() / 86400
    first = at.replace(day=1)
    next_month = first.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)
    days = (at.replace(at.year + 1, 1, 1) - at.replace(month=1, day=1)).days
    cycle, function = name.rsplit("_", 1)
    turn = {
        "minute_of_hour": lambda: of_day * 24 % 1,
        "hour_of_day": lambda: of_day,
        "day_of_week": lambda: (at.weekday() + of_day) / 7,
        "day_of_month": lambda: (at.day - 1 + of_day) / (next_month - first).days,
        "day_of_year": lambda: (at.timetuple().tm_yday - 1 + of_day) / days,
        "month_of_year": lambda: (at.month - 1) / 12,
    }[cycle]()
    return getattr(math, function)(2 * math.pi * turn)


def frame(spec, rows, series=None):
    """Rows of all columns, in their order, from rows by name; those with a calendar have their time as 'at'."""
    def value(row, i):
        name, kind = spec["columns"][i], spec["task"]["column_kinds"][i]
        if kind == "calendar":
            return calendar(name, row["at"])
        if kind == "series":
            return spec["series"].index(series)
        if kind == "category":
            labels = spec["categories"][i]
            return labels.index(row[name]) if row[name] in labels else -1
        return math.nan if row.get(name) is None else row[name]
    return [[value(row, i) for i in range(len(spec["columns"]))] for row in rows]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    if len(sys.argv[2:]) % len(spec["columns"]) > 0:
        sys.exit(f"give rows of {' '.join(spec['columns'])}")
    values = np.array(sys.argv[2:], dtype=float).reshape(-1, len(spec["columns"]))
    for row in Model(spec).forecast(values):
        print(*row)
