# peer_torch.py: LSTM by PyTorch, in the speed benchmark, as people write it: nn.LSTM, nn.Linear, Adam.
#
# Called like the other programs and printing the same lines; see bench.h, whose numbers are made again here.
import argparse
import re
import statistics
import time

import numpy
import torch

WINDOWS = 256
CHECKED = 8
RATE = 1e-3
BETA_2 = 0.999
EPSILON = 1e-7
WEIGHTS, X, TARGETS = range(3)


def numbers(stream, first, count):
    """As bench_number() in bench.h, for count places from the first."""
    u32 = numpy.uint32
    with numpy.errstate(over='ignore'):
        h = numpy.arange(first, first + count, dtype=u32) * u32(0x9E3779B9) + u32(stream) * u32(0x85EBCA6B) + u32(1)
        h = (h ^ h >> u32(16)) * u32(0x7FEB352D)
        h = (h ^ h >> u32(15)) * u32(0x846CA68B)
        h = h ^ h >> u32(16)
    return (h >> u32(8)).astype(numpy.float32) / numpy.float32(8388608) - numpy.float32(1)


class Network(torch.nn.Module):
    def __init__(self, inputs, layers):
        super().__init__()
        self.kinds = [kind for kind, units in layers]
        self.units = [units for kind, units in layers]
        self.layers = torch.nn.ModuleList()
        for kind, units in layers:
            if kind == 'repeat':
                self.layers.append(torch.nn.Identity())
            elif kind == 'dense':
                self.layers.append(torch.nn.Linear(inputs, units))
                inputs = units
            else:
                both = kind == 'bidirectional'
                self.layers.append(torch.nn.LSTM(inputs, units, batch_first=True, bidirectional=both))
                inputs = 2 * units if both else units

    def forward(self, x):
        for kind, units, layer in zip(self.kinds, self.units, self.layers):
            if kind == 'lstm':
                x = layer(x)[0][:, -1]
            elif kind == 'lstm_sequence':
                x = layer(x)[0]
            elif kind == 'bidirectional':
                last = layer(x)[1][0]
                x = torch.cat((last[0], last[1]), 1)
            elif kind == 'repeat':
                x = x.unsqueeze(1).repeat(1, units, 1)
            else:
                x = layer(x)
        return x

    def set_weights(self):
        """The weights of bench_weights(); PyTorch keeps a kernel (4H, F), and two biases where one is enough."""
        place = 0
        for kind, units, layer in zip(self.kinds, self.units, self.layers):
            parameters = dict(layer.named_parameters())

            def fill(name, rows, columns, scale):
                nonlocal place
                values = scale * numbers(WEIGHTS, place, rows * columns).reshape(rows, columns)
                place += rows * columns
                with torch.no_grad():
                    parameters[name].copy_(torch.from_numpy(values).T.reshape(parameters[name].shape))

            if kind == 'dense':
                scale = numpy.float32(1 / layer.in_features ** 0.5)
                fill('weight', layer.in_features, units, scale)
                fill('bias', 1, units, scale)
            elif kind != 'repeat':
                scale = numpy.float32(1 / units ** 0.5)
                for way in ('', '_reverse') if kind == 'bidirectional' else ('',):
                    fill('weight_ih_l0' + way, layer.input_size, 4 * units, scale)
                    fill('weight_hh_l0' + way, units, 4 * units, scale)
                    fill('bias_ih_l0' + way, 1, 4 * units, scale)
                    with torch.no_grad():
                        parameters['bias_ih_l0' + way][units:2 * units] += 1
                    torch.nn.init.zeros_(parameters['bias_hh_l0' + way])

    def train_second_bias(self, wanted):
        for name, parameter in self.named_parameters():
            if 'bias_hh' in name:
                parameter.requires_grad = wanted


def optimizer_of(network):
    return torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=RATE, eps=EPSILON)


def median(call, seconds):
    """Median seconds of a call over as many as fit into the time, at least three, after a tenth of it to warm up."""
    start = time.perf_counter()
    call()
    while time.perf_counter() - start < seconds / 10:
        call()
    taken = []
    start = after = time.perf_counter()
    while after - start < seconds or len(taken) < 3:
        before = time.perf_counter()
        call()
        after = time.perf_counter()
        taken.append(after - before)
    return statistics.median(taken)


def kernels():
    capability = re.search(r'CPU capability usage: (\S+)', torch.__config__.show())
    with open('/proc/self/maps') as maps:
        blas = sorted({line.split()[-1] for line in maps if re.search(r'blas[^/]*\.so|mkl_core', line)})
    return 'PyTorch %s, CPU capability %s, BLAS %s' % (
        torch.__version__, capability.group(1) if capability else 'unknown', ', '.join(blas) or 'built in')


def print_check(name, y):
    y = y.detach().reshape(-1)
    stride = max(len(y) // CHECKED, 1)
    print('check', name, *('%.9g' % v for v in y[::stride][:CHECKED].tolist()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seconds', type=float, default=0.5)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('batch', type=int)
    parser.add_argument('steps', type=int)
    parser.add_argument('inputs', type=int)
    parser.add_argument('layer', nargs='+')
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print('kernels', kernels())

    layers = [(text.split(':')[0], int(text.split(':')[1])) for text in arguments.layer]
    window = arguments.steps * arguments.inputs
    windows = torch.from_numpy(numbers(X, 0, WINDOWS * window).reshape(WINDOWS, arguments.steps, arguments.inputs))
    x = windows[:arguments.batch]
    network = Network(arguments.inputs, layers)
    network.set_weights()
    with torch.no_grad():
        shape = network(x).shape
    target = torch.from_numpy(numbers(TARGETS, 0, shape.numel()).reshape(tuple(shape)))
    loss_of = torch.nn.MSELoss()

    def step():
        optimizer.zero_grad()
        loss = loss_of(network(x), target)
        loss.backward()
        optimizer.step()
        return loss

    # two biases would take two steps where the other programs take one, and Keras' epsilon stands beside a root that is
    # not corrected for the beginning
    network.train_second_bias(False)
    optimizer = optimizer_of(network)
    losses = []
    for t in range(1, 4):
        optimizer.param_groups[0]['eps'] = EPSILON / (1 - BETA_2 ** t) ** 0.5
        losses.append(step().item())
    print('check losses', *('%.9g' % loss for loss in losses))

    network.eval()
    with torch.inference_mode():
        for name, count in (('one', 1), ('batch', WINDOWS)):
            some = windows[:count].clone()
            print_check(name, network(some))
            print('time %s %.9g' % (name, median(lambda: network(some), arguments.seconds)))

    network.train()
    network.train_second_bias(True)
    optimizer = optimizer_of(network)
    print('time train %.9g' % median(step, arguments.seconds))


main()
