# run.py: the driver of the speed benchmark: runs the programs in turn, checks that they agree, writes the results.
#
# Standard library only. `make bench` builds the programs and calls it. A full run writes bench/results.csv,
# bench/results.svg and its section of bench/RESULTS.md; a run with --only or --quick writes the same
# into build/bench. Programs are run one after the other for each configuration, and that several times, so that what
# disturbs the machine disturbs all; medians over the rounds are shown.
import argparse
import csv
import math
import os
import statistics
import subprocess
import sys

import report

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)

# name: (batch of training, steps, inputs, layers, in words); the windows of "batch" as BENCH_WINDOWS in bench.h
CONFIGURATIONS = {
    'A': (32, 3, 1, 'lstm:50 dense:1', '3 steps, 1 input, 50 units'),
    'B': (32, 24, 1, 'lstm:32 dense:1', '24 steps, 1 input, 32 units'),
    'C': (32, 18, 1, 'bidirectional:64 repeat:18 lstm_sequence:64 dense:1',
          '18 steps, 1 input, bidirectional encoder of 64 units, decoder of 64 units, 18 outputs'),
    'D': (32, 96, 7, 'lstm_sequence:128 lstm:128 dense:1', '96 steps, 7 inputs, 2 layers of 128 units'),
    'E': (64, 168, 7, 'lstm_sequence:256 lstm:256 dense:1', '168 steps, 7 inputs, 2 layers of 256 units'),
    'F': (128, 48, 1, 'lstm:512 dense:1', '48 steps, 1 input, 512 units'),
}
WINDOWS = 256
WHATS = ('train', 'one', 'batch')

# Column: what is set in its environment, and its command. Ours is what the peers are compared with; the others stand in
# a table of their own.
PYTORCH = ['/usr/bin/python3', os.path.join(HERE, 'peer_torch.py')]
OURS, TWO, SHORT, SHORT_PEER = 'ours', '2 threads', 'AVX2', 'PyTorch, AVX2'
COLUMNS = {
    OURS: ({}, ['core', '--threads', '1']),
    'PyTorch': ({}, PYTORCH),
    'oneDNN': ({}, ['peer_onednn']),
    'OpenBLAS only': ({}, ['peer_blas']),
    TWO: ({}, ['core', '--threads', '2']),
    SHORT: ({'LSTM_FORECAST_KERNELS': 'avx2', 'OPENBLAS_CORETYPE': 'Haswell'}, ['core', '--threads', '1']),
    SHORT_PEER: ({'OPENBLAS_CORETYPE': 'Haswell', 'ATEN_CPU_CAPABILITY': 'avx2'}, PYTORCH),
}
PEERS = ('PyTorch', 'oneDNN', 'OpenBLAS only')
COLOURS = ('#c44e52', '#4c72b0', '#55a868', '#8172b3')
TOLERANCE = 1e-3
INTRODUCTION = """\
One training step (forward, mean squared error, backward, Adam), one window, and %d windows at once, in microseconds.
All programs start from the same weights and windows and agree, or there would be no figures. A ratio above 1 means
that the core of this extension is faster. "limit" is the share of what this processor could do if it did nothing but
multiply and add; the operations are counted by `operations()` in `bench/run.py`. How much of that limit a large square product of
OpenBLAS reaches on the same processor stands below."""


def operations(configuration, what):
    """
    Floating-point operations of the matrix products, two for each multiply-add; the gates, the loss and Adam are not
    counted. Per window, an LSTM of T steps, F inputs and H units has forward

        T F 4H    of the input with the kernel
        (T-1) H 4H    of the state with the recurrent kernel, which the first step has not

    and dense of F inputs has F for each row. Backward has the same number twice, once for the gradients of the weights
    and once for those of what came in, but the network's own input needs no gradient. A repeated vector counts as
    often as it is repeated.
    """
    batch, steps, inputs, layers, _ = configuration
    total = 0
    for number, (kind, units) in enumerate(layer.split(':') for layer in layers.split()):
        units = int(units)
        if kind == 'repeat':
            steps = units
            continue
        if kind == 'dense':
            kernel, recurrent = steps * inputs * units, 0
        else:
            ways = 2 if kind == 'bidirectional' else 1
            kernel = ways * steps * inputs * 4 * units
            recurrent = ways * (steps - 1) * units * 4 * units
            units *= ways
            if kind != 'lstm_sequence':
                steps = 1
        inputs = units
        if what == 'train':
            total += (2 if number == 0 else 3) * kernel + 3 * recurrent
        else:
            total += kernel + recurrent
    return 2 * total * {'train': batch, 'one': 1, 'batch': WINDOWS}[what]


def environment(column=OURS):
    """That of the caller without what steers the libraries, one thread for OpenMP, and what the column is about."""
    steering = ('OPENBLAS_', 'OMP_', 'GOMP_', 'KMP_', 'MKL_', 'GOTO_', 'DNNL_', 'ONEDNN_', 'ATEN_',
                'LSTM_FORECAST_')
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return dict(kept, OMP_NUM_THREADS='1', **COLUMNS[column][0])


def run(command, column=OURS):
    """The lines that a program prints, as a list of words each."""
    done = subprocess.run(command, env=environment(column), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit('%s failed:\n%s' % (' '.join(command), done.stderr))
    return [line.split() for line in done.stdout.splitlines()]


def command_of(column, programs, configuration, seconds):
    command = list(COLUMNS[column][1])
    if '/' not in command[0]:
        command[0] = os.path.join(programs, command[0])
    batch, steps, inputs, layers, _ = configuration
    return command + ['--seconds', str(seconds), str(batch), str(steps), str(inputs)] + layers.split()


def disagreement(ours, theirs):
    """The largest difference relative to the largest number; both are lists."""
    if len(ours) != len(theirs) or not all(math.isfinite(number) for number in ours + theirs):
        return math.inf
    return max(abs(a - b) for a, b in zip(ours, theirs)) / max(abs(a) for a in ours)


def measure(programs, names, rounds, seconds):
    """
    {(name, what, column): [seconds]}, {column: kernels}, and the limit in operations per second, its kind and what a
    large product of OpenBLAS reaches.
    """
    times, kernels, limits, squares = {}, {}, [], []
    for turn in range(rounds):
        limit = run([os.path.join(programs, 'limit')])[0]
        limits.append(1e9 * float(limit[1]))
        squares.append(1e9 * float(run([os.path.join(programs, 'square')])[0][1]))
        for name in names:
            checks = {}
            for column in COLUMNS:
                print('\rround %d of %d, %s, %-16s' % (turn + 1, rounds, name, column), end='', file=sys.stderr)
                for words in run(command_of(column, programs, CONFIGURATIONS[name], seconds), column):
                    if words[0] == 'kernels':
                        kernels[column] = ' '.join(words[1:])
                    elif words[0] == 'check':
                        checks[column, words[1]] = [float(word) for word in words[2:]]
                    elif words[0] == 'time':
                        times.setdefault((name, words[1], column), []).append(float(words[2]))
            for column in COLUMNS:
                for what in ('losses', 'one', 'batch'):
                    error = disagreement(checks[OURS, what], checks[column, what])
                    if not error <= TOLERANCE:
                        sys.exit('\nno figures: "%s" of %s in configuration %s is off by %.1e' %
                                 (what, column, name, error))
    print('\r%60s\r' % '', end='', file=sys.stderr)
    return times, kernels, (max(limits), ' '.join(limit[2:]), statistics.median(squares))


def figures(times, names, limit):
    """One dictionary for each configuration and what."""
    rows = []
    for name in names:
        for what in WHATS:
            row = {column: statistics.median(times[name, what, column]) for column in COLUMNS}
            row['configuration'] = name
            row['what'] = what
            row['share'] = operations(CONFIGURATIONS[name], what) / row[OURS] / limit
            rows.append(row)
    return rows


def short(seconds):
    """Microseconds with three digits that matter."""
    us = 1e6 * seconds
    return '%.2f' % us if us < 10 else '%.1f' % us if us < 100 else '{:,.0f}'.format(us)


def table(rows):
    """The heading and the cells, as text."""
    shown = (OURS,) + PEERS
    heading = ['', 'what'] + list(shown) + [column + ' / ours' for column in PEERS] + ['limit']
    cells = []
    for row in rows:
        cells.append([row['configuration'], row['what']] + [short(row[column]) for column in shown] +
                     ['%.2f' % (row[column] / row[OURS]) for column in PEERS] + ['%.0f %%' % (100 * row['share'])])
    return heading, cells


def second_table(rows):
    """The same for two threads, and for shorter vectors beside PyTorch with the same."""
    heading = ['', 'what', OURS, TWO, 'ours / ' + TWO, SHORT, SHORT_PEER, 'PyTorch / ours, both AVX2']
    cells = []
    for row in rows:
        two = row['what'] == 'train'
        cells.append([row['configuration'], row['what'], short(row[OURS]), short(row[TWO]) if two else '',
                      '%.2f' % (row[OURS] / row[TWO]) if two else '', short(row[SHORT]), short(row[SHORT_PEER]),
                      '%.2f' % (row[SHORT_PEER] / row[SHORT])])
    return heading, cells


def print_table(heading, cells):
    widths = [max(len(line[i]) for line in [heading] + cells) for i in range(len(heading))]
    for line in [heading] + cells:
        print('  '.join(text.ljust(w) if i < 2 else text.rjust(w)
                        for i, (text, w) in enumerate(zip(line, widths))).rstrip())


def describe(limits, kernels, rounds, seconds):
    limit, kind, square = limits
    facts = [
        ('processor', report.machine()),
        ('limit', '%.0f GFLOP/s, %s' % (limit / 1e9, kind)),
        ('large product', 'OpenBLAS, 2,048 x 2,048 x 2,048: %.0f GFLOP/s, %.0f %% of the limit' %
         (square / 1e9, 100 * square / limit)),
        ('commit', report.commit()),
        ('measured', 'rounds: %d; shown is the median of their medians, each over %g s' % (rounds, seconds)),
    ]
    return facts + [(column, kernels[column]) for column in COLUMNS]


def write_csv(path, rows):
    with open(path, 'w', newline='') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(['configuration', 'what', 'program', 'seconds', 'times_ours', 'share_of_limit'])
        for row in rows:
            for column in COLUMNS:
                share = row['share'] * row[OURS] / row[column]
                writer.writerow([row['configuration'], row['what'], column, '%.4g' % row[column],
                                 '%.3f' % (row[column] / row[OURS]), '%.3f' % share])


def markdown(rows, facts, names, command):
    heading, cells = table(rows)
    lines = ['## The core and its peers', '', INTRODUCTION % WINDOWS, '', '![ratios](results.svg)', '',
             '| ' + ' | '.join(heading) + ' |', '|---|---|' + '--:|' * (len(heading) - 2)]
    lines += ['| ' + ' | '.join(line) + ' |' for line in cells]
    heading, cells = second_table(rows)
    lines += ['', 'Two threads share a mini-batch in training only, and only one that is worth it: not A and B. Both',
              'columns "AVX2" are held to the instructions of processors without AVX-512.', '',
              '| ' + ' | '.join(heading) + ' |', '|---|---|' + '--:|' * (len(heading) - 2)]
    lines += ['| ' + ' | '.join(line) + ' |' for line in cells]
    lines += ['', '| | network | batch in training |', '|---|---|--:|']
    lines += ['| %s | %s | %d |' % (name, CONFIGURATIONS[name][4], CONFIGURATIONS[name][0]) for name in names]
    lines += ['', '| | |', '|---|---|', '| command | `%s` |' % command]
    lines += ['| %s | %s |' % fact for fact in facts]
    return '\n'.join(lines)


def write_svg(path, rows, facts):
    """Grouped bars: how many times as long as ours each peer takes, on a logarithmic axis."""
    width, panel, left, top = 900, 190, 60, 70
    ratios = [row[column] / row[OURS] for row in rows for column in PEERS]
    low = min(0.5, *(0.7 * ratio for ratio in ratios))
    high = max(4, *(1.3 * ratio for ratio in ratios))
    names = list(dict.fromkeys(row['configuration'] for row in rows))
    titles = {'train': 'one training step', 'one': 'one window', 'batch': '%d windows' % WINDOWS}
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">' %
           (width, top + len(WHATS) * panel + 30),
           '<rect width="100%" height="100%" fill="#ffffff"/>',
           '<text x="%d" y="26" font-size="17" fill="#222222">Time compared with ours: above 1, ours is faster</text>' %
           left]
    x = left
    for column, colour in zip(PEERS, COLOURS):
        out.append('<rect x="%d" y="40" width="13" height="13" fill="%s"/>' % (x, colour))
        out.append('<text x="%d" y="51" fill="#222222">%s</text>' % (x + 18, column))
        x += 50 + 8 * len(column)
    group = (width - left - 20) / len(names)
    bar = 0.8 * group / len(PEERS)
    for number, what in enumerate(WHATS):
        bottom = top + (number + 1) * panel - 32
        height = panel - 58

        def level(ratio):
            return bottom - height * math.log(ratio / low) / math.log(high / low)

        out.append('<text x="%d" y="%.1f" fill="#222222" font-weight="bold">%s</text>' %
                   (left, bottom - height - 8, titles[what]))
        tick = 2.0 ** math.ceil(math.log2(low))
        while tick <= high:
            out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="%s"/>' %
                       (left, width - 20, level(tick), level(tick), '#444444' if tick == 1 else '#dddddd'))
            out.append('<text x="%d" y="%.1f" text-anchor="end" fill="#555555">%g</text>' %
                       (left - 6, level(tick) + 4, tick))
            tick *= 2
        for i, name in enumerate(names):
            row = next(r for r in rows if r['configuration'] == name and r['what'] == what)
            start = left + i * group + 0.1 * group
            for j, (column, colour) in enumerate(zip(PEERS, COLOURS)):
                ratio = row[column] / row[OURS]
                ends = sorted((level(ratio), level(1)))
                out.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' %
                           (start + j * bar, ends[0], bar - 2, max(ends[1] - ends[0], 1), colour))
                out.append('<text x="%.1f" y="%.1f" text-anchor="middle" font-size="11" fill="#222222">%.2g</text>' %
                           (start + (j + 0.5) * bar - 1, ends[0] - 3 if ratio >= 1 else ends[1] + 12, ratio))
            out.append('<text x="%.1f" y="%.1f" text-anchor="middle" fill="#222222">%s</text>' %
                       (left + (i + 0.5) * group, bottom + 17, name))
    machine = dict(facts)
    out.append('<text x="%d" y="%d" font-size="11" fill="#555555">%s; commit %s</text>' %
               (left, top + len(WHATS) * panel + 12, machine['processor'], machine['commit']))
    out.append('</svg>')
    with open(path, 'w') as file:
        file.write('\n'.join(out) + '\n')


def main():
    parser = argparse.ArgumentParser(description='Compares the speed of the core with its peers.')
    parser.add_argument('--programs', default=os.path.join(ROOT, 'build/bench/openblas'), help='where they were built')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--only', help='configurations, as in A,B')
    parser.add_argument('--quick', action='store_true', help='one round of short measurements')
    arguments = parser.parse_args()
    names = arguments.only.split(',') if arguments.only else list(CONFIGURATIONS)
    unknown = [name for name in names if name not in CONFIGURATIONS]
    if unknown or arguments.rounds < 1:
        parser.error('no such configuration: %s' % ', '.join(unknown) if unknown else 'at least one round')
    rounds, seconds = (1, 0.1) if arguments.quick else (arguments.rounds, 0.4)

    times, kernels, limits = measure(arguments.programs, names, rounds, seconds)
    rows = figures(times, names, limits[0])
    facts = describe(limits, kernels, rounds, seconds)
    heading, cells = table(rows)
    print_table(heading, cells)
    print()
    print_table(*second_table(rows))
    print()
    for fact in facts:
        print('%-14s %s' % fact)

    part = arguments.only or arguments.quick
    folder = os.path.join(ROOT, 'build/bench') if part else HERE
    options = ''.join((' --only ' + arguments.only if arguments.only else '', ' --quick' if arguments.quick else '',
                       ' --rounds %d' % rounds if rounds != parser.get_default('rounds') and not part else ''))
    command = 'make bench-core' + (' BENCH_OPTIONS="%s"' % options.strip() if options else '')
    write_csv(os.path.join(folder, 'results.csv'), rows)
    write_svg(os.path.join(folder, 'results.svg'), rows, facts)
    report.write_section(os.path.join(folder, 'RESULTS.md'), 'core', markdown(rows, facts, names, command))
    print('\nwritten: results.csv, results.svg and RESULTS.md in %s' % os.path.relpath(folder, ROOT))


if __name__ == '__main__':
    main()
