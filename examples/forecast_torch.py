"""Repeats the forecasts of a model with PyTorch, from what lstm_export wrote of it: layers as modules with its weights.

Scaling and transforms are those of forecast_numpy.py. PyTorch has an lstm with tanh and sigmoid alone, a gru as Keras has it
with reset_after, and both ways of these with the outputs side by side; lstm layers with other activations, as in many
tutorials, go step by step.
"""
import json
import sys

import numpy as np
import torch

from forecast_numpy import Model, padding_of, weights


def tensor(values):
    return torch.tensor(weights(values))


def function_of(name):
    """An activation by its name in Keras."""
    return {"linear": lambda x: x, "softplus": torch.nn.functional.softplus, "elu": torch.nn.functional.elu}.get(name) or getattr(torch, name)


class Steps(torch.nn.Module):
    """An lstm with any activations, one step after the other."""

    def __init__(self, layer, tensors):
        super().__init__()
        self.kernel, self.recurrent = (torch.nn.Parameter(tensor(t)) for t in tensors[:2])
        self.bias = torch.nn.Parameter(tensor(tensors[2]) if layer["use_bias"] else torch.zeros(4 * layer["units"]).double())
        self.squash, self.gate = function_of(layer["activation"]), function_of(layer["recurrent_activation"])
        self.sequences, self.backwards = layer["return_sequences"], layer["go_backwards"]

    def forward(self, x):
        h = c = torch.zeros(len(self.recurrent)).double()
        out = []
        for row in x.flip(0) if self.backwards else x:
            i, f, g, o = (row @ self.kernel + h @ self.recurrent + self.bias).chunk(4)
            c = self.gate(f) * c + self.gate(i) * self.squash(g)
            h = self.gate(o) * self.squash(c)
            out.append(h)
        return torch.stack(out) if self.sequences else h


class BothWays(torch.nn.Module):
    """Two of these, whose outputs stand side by side; those of the same time in the same row."""

    def __init__(self, layer, tensors):
        super().__init__()
        self.ahead, self.back = Steps(layer, tensors[:len(tensors) // 2]), Steps(dict(layer, go_backwards=True), tensors[len(tensors) // 2:])

    def forward(self, x):
        y = self.back(x)
        return torch.cat((self.ahead(x), y.flip(0) if self.back.sequences else y), dim=-1)


class Recurrent(torch.nn.Module):
    """lstm, gru, or bidirectional around one of these, as PyTorch has them."""

    def __init__(self, layer, tensors):
        super().__init__()
        kind = layer.get("wrapped", layer["type"])
        both = layer["type"] == "bidirectional"
        features = len(tensors[0])
        self.sequences = layer["return_sequences"]
        self.units = layer["units"]
        self.module = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](features, self.units, bidirectional=both).double()
        for way, suffix in enumerate(("", "_reverse")[:1 + both]):
            kernel, recurrent, bias = map(tensor, tensors[3 * way:3 * way + 3])
            # gates in rows; Keras' gru has them in the order z, r, h, and one bias for each of both products
            order = (1, 0, 2) if kind == "gru" else (0, 1, 2, 3)
            biases = bias if kind == "gru" else torch.stack((bias, torch.zeros_like(bias)))
            for name, value in (("weight_ih", kernel.T), ("weight_hh", recurrent.T), ("bias_ih", biases[0]), ("bias_hh", biases[1])):
                parts = value.chunk(len(order))
                getattr(self.module, name + "_l0" + suffix).data = torch.cat([parts[i] for i in order]).contiguous()

    def forward(self, x):
        y, _ = self.module(x)
        if self.sequences:
            return y
        return torch.cat((y[-1, :self.units], y[0, self.units:]))


def recurrent(layer, tensors):
    kind, both = layer.get("wrapped", layer["type"]), layer["type"] == "bidirectional"
    known = layer["activation"] == "tanh" and layer["recurrent_activation"] == "sigmoid" and layer["use_bias"] and not layer["go_backwards"]
    merged = not both or layer["merge_mode"] == "concat"
    if known and merged and layer.get("reset_after") is not False:
        return Recurrent(layer, tensors)
    if kind == "lstm" and merged and not (both and layer["go_backwards"]):
        return (BothWays if both else Steps)(layer, tensors)
    raise ValueError(f"PyTorch has no layer that is {layer}")


class Convolution(torch.nn.Module):
    def __init__(self, layer, tensors):
        super().__init__()
        self.layer, self.function = layer, function_of(layer["activation"])
        self.kernel = torch.nn.Parameter(tensor(tensors[0]).permute(2, 1, 0).contiguous())
        self.bias = torch.nn.Parameter(tensor(tensors[1])) if layer["use_bias"] else None

    def forward(self, x):
        size, stride = self.layer["kernel_size"], self.layer["strides"]
        _, before, behind = padding_of(self.layer["padding"], len(x), size, stride)
        padded = torch.nn.functional.pad(x.T, (before, behind))
        return self.function(torch.nn.functional.conv1d(padded[None], self.kernel, self.bias, stride)[0].T)


def max_pool(layer, x):
    size, stride = layer["pool_size"], layer["strides"]
    _, before, behind = padding_of(layer["padding"], len(x), size, stride)
    padded = torch.nn.functional.pad(x.T, (before, behind), value=-torch.inf)
    return torch.nn.functional.max_pool1d(padded[None], size, stride)[0].T


class Each(torch.nn.Module):
    """A layer around each step."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return torch.stack([self.module(step) for step in x])


class Dense(torch.nn.Module):
    def __init__(self, layer, tensors):
        super().__init__()
        kernel = tensor(tensors[0])
        self.linear = torch.nn.Linear(*kernel.shape, bias=layer["use_bias"]).double()
        self.linear.weight.data = kernel.T.contiguous()
        if layer["use_bias"]:
            self.linear.bias.data = tensor(tensors[1])
        self.function = function_of(layer["activation"])

    def forward(self, x):
        return self.function(self.linear(x))


class Function(torch.nn.Module):
    """A layer without weights."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def torch_layer(layer, tensors):
    kind = layer["type"]
    if kind in ("lstm", "gru", "bidirectional"):
        return recurrent(layer, tensors)
    if kind == "time_distributed":
        return Each(torch_layer(dict(layer, type=layer["wrapped"]), tensors))
    if kind == "dense":
        return Dense(layer, tensors)
    if kind == "conv1d":
        return Convolution(layer, tensors)
    if kind == "max_pool1d":
        return Function(lambda x: max_pool(layer, x))
    if kind == "repeat_vector":
        return Function(lambda x: x.repeat(layer["n"], 1))
    if kind == "flatten":
        return torch.nn.Flatten(0)
    if kind == "reshape":
        return Function(lambda x: x.reshape(layer["target_shape"]))
    if kind == "dropout":
        return torch.nn.Dropout(layer["rate"])
    raise ValueError(f"write a module for {kind}: its formulas are in forecast_numpy.py")


def torch_member(spec, member):
    return torch.nn.Sequential(*map(torch_layer, spec["layers"], member)).eval()


def torch_network(spec):
    members = [torch_member(spec, member) for member in spec["weights"]]

    def walk(x):
        with torch.no_grad():
            return np.mean([member(torch.tensor(x)).numpy() for member in members], axis=0)
    return walk


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)
    values = np.array(sys.argv[2:], dtype=float).reshape(-1, len(spec["columns"]))
    for row in Model(spec, torch_network).forecast(values):
        print(*row)
