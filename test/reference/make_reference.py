#!/usr/bin/python3
"""Writes the PyTorch references of test/core/pytorch_test.c and test/core/loss_test.c: one text file per network, and
losses.txt, beside this script.

Needs Debian's python3-torch and python3-numpy; the files are committed, so the tests need neither. Everything is
computed in double precision from weights that are floats, hence what is written is right to all digits shown.

A file is a list of tensors: a line "name rank dimensions", then the values, row-major. The names:

    input (B, T, F), target and output (B, ...), loss (1)
    input_gradient                          of the loss, mse over all elements
    layer<i>.<tensor>                       weights, in Keras' layout: kernel (F, 4H), recurrent_kernel (H, 4H),
                                            bias (4H), gates in the order i, f, c, o; of a gru (F, 3H), (H, 3H) and
                                            (2, 3H), gates in the order z, r, h
    layer<i>.<tensor>.gradient
    layer<i>.<tensor>.<optimizer>           weights after STEPS steps over this one batch

losses.txt has for each loss of a head <loss>.output (targets, parts), <loss>.target, <loss>.loss, the mean, and
<loss>.gradient, and for quantile its levels.

PyTorch keeps gates in rows, (4H, F), in the same order i, f, g, o, and two biases, of which the second stays zero here.
Those of its gru are in the order r, z, n, and both of its biases are Keras' with reset_after.
"""
import math
import os

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH, TIME, FEATURES = 4, 7, 3
STEPS = 20
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7
WEIGHT_DECAY = 0.04

NETWORKS = {
    "vanilla": [("lstm", 5, False), ("dense", 2)],
    "stacked": [("lstm", 5, True), ("lstm", 3, False), ("dense", 3)],
    "bidirectional": [("bidirectional", 3, True), ("bidirectional", 5, False), ("dense", 2)],
    "encoder_decoder": [("lstm", 5, False), ("repeat", 3), ("lstm", 4, True), ("dense", 2)],
    "segment": [("segment", 5, 3), ("dense", 2)],
    "gru": [("gru_bidirectional", 3, True), ("gru", 5, False), ("dense", 2)],
    "gru_encoder_decoder": [("gru", 5, False), ("repeat", 3), ("gru", 4, True), ("dense", 2)],
}

# our names, PyTorch's
LSTM_TENSORS = (("kernel", "weight_ih"), ("recurrent_kernel", "weight_hh"), ("bias", "bias_ih"))
GRU_TENSORS = (("kernel", "weight_ih"), ("recurrent_kernel", "weight_hh"), ("bias", "biases"))


class Gru(torch.nn.Module):
    """What torch.nn.GRU calls, with gates in Keras' order z, r, h, and both biases as one tensor (3H, 2)."""

    def __init__(self, features, units, both):
        super().__init__()
        self.units = units
        self.ways = ("", "_reverse") if both else ("",)
        for way in self.ways:
            for name, columns in (("weight_ih", features), ("weight_hh", units), ("biases", 2)):
                setattr(self, f"{name}_l0{way}", torch.nn.Parameter(torch.empty(3 * units, columns)))

    def __call__(self, x):
        flat = []
        for way in self.ways:
            kernel, recurrent, biases = (torch.cat([getattr(self, f"{name}_l0{way}").chunk(3)[i] for i in (1, 0, 2)])
                                         for name in ("weight_ih", "weight_hh", "biases"))
            flat += [kernel, recurrent, biases[:, 0], biases[:, 1]]
        start = torch.zeros(len(self.ways), len(x), self.units)
        return torch.gru(x, start, flat, True, 1, 0.0, False, len(self.ways) == 2, True)


class Network:
    """The layers of one network, and its trainable tensors under our names."""

    def __init__(self, layers, features):
        self.layers = []
        self.tensors = {}
        for index, (kind, size, *rest) in enumerate(layers):
            module = None
            if kind == "repeat":
                pass
            elif kind == "dense":
                module = torch.nn.Linear(features, size)
                self.tensors[f"layer{index}.kernel"] = module.weight
                self.tensors[f"layer{index}.bias"] = module.bias
                features = size
            else:
                both = kind.endswith("bidirectional")
                is_gru = kind.startswith("gru")
                module = Gru(features, size, both) if is_gru else torch.nn.LSTM(features, size, batch_first=True,
                                                                                bidirectional=both)
                for way, suffix in (("forward_", ""), ("backward_", "_reverse")) if both else (("", ""),):
                    for name, theirs in GRU_TENSORS if is_gru else LSTM_TENSORS:
                        self.tensors[f"layer{index}.{way}{name}"] = getattr(module, f"{theirs}_l0{suffix}")
                    if is_gru:
                        continue
                    frozen = getattr(module, f"bias_hh_l0{suffix}")
                    torch.nn.init.zeros_(frozen)
                    frozen.requires_grad_(False)
                if kind == "segment":
                    # (D, M), because all tensors are turned on their way out
                    module.positions = torch.nn.Parameter(torch.empty(features, rest[0]))
                    self.tensors[f"layer{index}.position_embedding"] = module.positions
                features = 2 * size if both else size
            self.layers.append((kind, size, rest[0] if rest else None, module))

    def __call__(self, x):
        for kind, size, sequences, module in self.layers:
            if kind == "repeat":
                x = x[:, None, :].repeat(1, size, 1)
            elif kind == "dense":
                x = module(x)
            elif kind == "segment":
                # each segment is a sequence of one step that starts from the encoder's last state
                _, state = module(x)
                steps = [module(row.expand(len(x), 1, -1), state)[0] for row in module.positions.T]
                x = torch.cat(steps, dim=1)
            else:
                out, _ = module(x)
                if sequences:
                    x = out
                elif kind in ("lstm", "gru"):
                    x = out[:, -1]
                else:
                    # each way's own last output: the backward layer ends at time 0
                    x = torch.cat((out[:, -1, :size], out[:, 0, size:]), dim=1)
        return x


def ours(tensor):
    """A copy in our layout: the optimizers go on writing to the tensor itself."""
    return tensor.detach().numpy().T.copy()


def random_floats(generator, shape, limit):
    """Uniform doubles that are floats."""
    values = (torch.rand(shape, generator=generator, dtype=torch.float64) * 2 - 1) * limit
    return values.float().double()


def loss_of(network, x, target):
    return torch.nn.functional.mse_loss(network(x), target)


def adam(tensors):
    """Keras' Adam, which is the paper's second form: its epsilon stands beside the uncorrected root. PyTorch's stands
    beside the corrected one, so it has to grow by the correction; left at 1e-7 it moves weights with gradients of 1e-6
    elsewhere, by up to 2.3e-3 in 20 steps of these networks."""
    optimizer = torch.optim.Adam(tensors, lr=0.001, betas=(BETA_1, BETA_2), eps=EPSILON)
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        optimizer.param_groups[0]["eps"] = EPSILON / math.sqrt(1 - BETA_2 ** steps)
        optimizer.step()

    return step


def adamw(tensors):
    """From Keras' formulas alone, with loops over single weights."""
    state = [(np.zeros(t.numel()), np.zeros(t.numel())) for t in tensors]
    rate = 0.001
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        alpha = rate * math.sqrt(1 - BETA_2 ** steps) / (1 - BETA_1 ** steps)
        for tensor, (m, v) in zip(tensors, state):
            w = tensor.detach().numpy().reshape(-1)     # shares the tensor's memory
            g = tensor.grad.numpy().reshape(-1)
            for i in range(len(w)):
                w[i] -= rate * WEIGHT_DECAY * w[i]
                m[i] += (g[i] - m[i]) * (1 - BETA_1)
                v[i] += (g[i] * g[i] - v[i]) * (1 - BETA_2)
                w[i] -= alpha * m[i] / (math.sqrt(v[i]) + EPSILON)

    return step


def rmsprop(tensors):
    """As adamw; Keras adds epsilon under the root, PyTorch beside it."""
    state = [np.zeros(t.numel()) for t in tensors]
    rate, rho = 0.001, 0.9

    def step():
        for tensor, v in zip(tensors, state):
            w = tensor.detach().numpy().reshape(-1)
            g = tensor.grad.numpy().reshape(-1)
            for i in range(len(w)):
                v[i] = rho * v[i] + (1 - rho) * g[i] * g[i]
                w[i] -= rate * g[i] / math.sqrt(v[i] + EPSILON)

    return step


def sgd(tensors):
    return torch.optim.SGD(tensors, lr=0.01).step


def sgd_momentum(tensors):
    """Keras' velocity is PyTorch's times minus the rate: the same steps while the rate is constant."""
    return torch.optim.SGD(tensors, lr=0.01, momentum=0.9).step


OPTIMIZERS = {"adam": adam, "adamw": adamw, "rmsprop": rmsprop, "sgd": sgd, "sgd_momentum": sgd_momentum}


def write(path, tensors):
    with open(path, "w", encoding="ascii") as file:
        for name, values in tensors.items():
            values = np.asarray(values, dtype=np.float64)
            file.write(f"{name} {values.ndim} {' '.join(map(str, values.shape))}\n")
            flat = values.reshape(-1)
            for at in range(0, len(flat), 8):
                file.write(" ".join(f"{value:.9g}" for value in flat[at:at + 8]) + "\n")


def make(name, layers, seed):
    generator = torch.Generator().manual_seed(seed)
    network = Network(layers, FEATURES)
    tensors = list(network.tensors.values())
    result = {}

    x = random_floats(generator, (BATCH, TIME, FEATURES), 2.0).requires_grad_(True)
    with torch.no_grad():
        for tensor in tensors:
            tensor.copy_(random_floats(generator, tensor.shape, 0.7))
        target = random_floats(generator, network(x).shape, 1.5)
    start = [tensor.detach().clone() for tensor in tensors]

    output = network(x)
    loss = torch.nn.functional.mse_loss(output, target)
    loss.backward()
    result["input"] = x.detach().numpy()
    result["target"] = target.numpy()
    result["output"] = output.detach().numpy()
    result["loss"] = [loss.item()]
    result["input_gradient"] = x.grad.numpy()
    for key, tensor in network.tensors.items():
        result[key] = ours(tensor)
        result[f"{key}.gradient"] = ours(tensor.grad)

    for optimizer, begin in OPTIMIZERS.items():
        with torch.no_grad():
            for tensor, value in zip(tensors, start):
                tensor.copy_(value)
        step = begin(tensors)
        for _ in range(STEPS):
            for tensor in tensors:
                tensor.grad = None
            loss_of(network, x.detach(), target).backward()
            step()
        for key, tensor in network.tensors.items():
            result[f"{key}.{optimizer}"] = ours(tensor)
    write(os.path.join(HERE, f"{name}.txt"), result)


LEVELS = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]
HEADED = 24


def scale(output):
    return torch.nn.functional.softplus(output) + 1e-3


def quantile(output, target):
    """Steps from the median outwards, each times that of a normal distribution; PyTorch has no pinball loss."""
    levels = torch.tensor(LEVELS)
    middle = LEVELS.index(0.5)
    gaps = torch.special.ndtri(levels).diff()
    down = scale(output[:, :middle]) * gaps[:middle]
    up = scale(output[:, middle + 1:]) * gaps[middle:]
    median = output[:, middle:middle + 1]
    quantiles = torch.cat((median - down.flip(1).cumsum(1).flip(1), median, median + up.cumsum(1)), 1)
    error = target[:, None] - quantiles
    return torch.maximum(levels * error, (levels - 1) * error).mean()


def gaussian(output, target):
    return torch.nn.GaussianNLLLoss(full=True)(output[:, 0], target, scale(output[:, 1]) ** 2)


def student_t(output, target):
    distribution = torch.distributions.StudentT(2 + scale(output[:, 2]), output[:, 0], scale(output[:, 1]))
    return -distribution.log_prob(target).mean()


def make_losses():
    generator = torch.Generator().manual_seed(100)
    result = {"quantile.levels": LEVELS}
    for loss, parts in ((quantile, len(LEVELS)), (gaussian, 2), (student_t, 3)):
        output = random_floats(generator, (HEADED, parts), 3.0).requires_grad_(True)
        target = random_floats(generator, (HEADED,), 3.0)
        mean = loss(output, target)
        mean.backward()
        result[f"{loss.__name__}.output"] = output.detach().numpy()
        result[f"{loss.__name__}.target"] = target.numpy()
        result[f"{loss.__name__}.loss"] = [mean.item()]
        result[f"{loss.__name__}.gradient"] = output.grad.numpy()
    write(os.path.join(HERE, "losses.txt"), result)


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    for seed, (name, layers) in enumerate(NETWORKS.items(), start=1):
        make(name, layers, seed)
    make_losses()


if __name__ == "__main__":
    main()
