"""Repeats the forecasts of a model with PyTorch, from what lstm_export wrote of it: layers as modules with its weights.

Scaling and transforms are those of forecast_numpy.py. PyTorch has an lstm with tanh and sigmoid alone, a gru as Keras has it
with reset_after, and both ways of these with the outputs side by side.
"""
import json
import sys

import numpy as np
import torch

from forecast_numpy import Model, weights


def tensor(values):
    return torch.tensor(weights(values))


class Recurrent(torch.nn.Module):
    """lstm, gru, or bidirectional around one of these."""

    def __init__(self, layer, tensors, features):
        super().__init__()
        kind = layer.get("wrapped", layer["type"])
        both = layer["type"] == "bidirectional"
        if layer["activation"] != "tanh" or layer["recurrent_activation"] != "sigmoid" or layer["go_backwards"] or \
                not layer["use_bias"] or (both and layer["merge_mode"] != "concat") or layer.get("reset_after") is False:
            raise ValueError(f"PyTorch has no layer that is {layer}")
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


class Dense(torch.nn.Module):
    def __init__(self, layer, tensors):
        super().__init__()
        kernel = tensor(tensors[0])
        self.linear = torch.nn.Linear(*kernel.shape, bias=layer["use_bias"]).double()
        self.linear.weight.data = kernel.T.contiguous()
        if layer["use_bias"]:
            self.linear.bias.data = tensor(tensors[1])
        self.activation = layer["activation"]

    def forward(self, x):
        y = self.linear(x)
        return {"linear": lambda: y, "softplus": lambda: torch.nn.functional.softplus(y), "elu": lambda: torch.nn.functional.elu(y)}.get(
            self.activation, lambda: getattr(torch, self.activation)(y))()


class Function(torch.nn.Module):
    """A layer without weights."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def torch_member(spec, member):
    modules, features = [], spec["input"][-1]
    for layer, tensors in zip(spec["layers"], member):
        kind = layer["type"]
        if kind in ("lstm", "gru", "bidirectional"):
            modules.append(Recurrent(layer, tensors, features))
            features = layer["units"] * (2 if kind == "bidirectional" else 1)
        elif kind == "dense":
            modules.append(Dense(layer, tensors))
            features = layer["units"]
        elif kind == "repeat_vector":
            modules.append(Function(lambda x, n=layer["n"]: x.repeat(n, 1)))
        elif kind == "flatten":
            modules.append(torch.nn.Flatten(0))
        elif kind == "reshape":
            modules.append(Function(lambda x, shape=layer["target_shape"]: x.reshape(shape)))
            features = layer["target_shape"][-1]
        elif kind == "dropout":
            modules.append(torch.nn.Dropout(layer["rate"]))
        else:
            raise ValueError(f"write a module for {kind}: its formulas are in forecast_numpy.py")
    return torch.nn.Sequential(*modules).eval()


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
