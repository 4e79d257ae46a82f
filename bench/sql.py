#!/usr/bin/env python3
"""Measures the extension through SQL, in the cluster of the environment; run it as

    scripts/with_cluster.sh bench/sql.py [--largest ROWS]

Prints a table, and writes it to build/bench/sql.csv and, where nothing was left out, to bench/RESULTS.md:

    training    seconds of an epoch, and the memory of the backend, over tables of 10^4 to ROWS rows (10^7)
    reading     the way from a table of 10^6 rows into the frame, beside the same rows in the same order into nothing
    forecasts   calls in one query, and one call through the extended protocol beside SELECT 1
    tutorial    read, train, forecast and store: one statement, beside a job in Python that does the same

What is compared is measured in turn, and medians are given; so is the median of the ratios of each turn. Only the
standard library is needed, and psql and pgbench; the job in Python needs psycopg2 and torch, and is left out without.
"""

import argparse
import csv
import os
import re
import statistics
import subprocess
import sys
import threading
import time

import report

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, os.pardir, "build", "bench")
END = "--- end of statement ---"


class Session:
    """A psql that stays connected; run() gives what a statement printed, messages included, and its time in ms."""

    def __init__(self):
        self.psql = subprocess.Popen(["psql", "-qAtX"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, bufsize=1)
        self.run("\\set VERBOSITY terse")
        self.run("SET client_min_messages = warning")
        self.run("SET max_parallel_workers_per_gather = 0")
        self.run("SET jit = off")
        self.run("\\timing on")
        self.pid = int(self.run("SELECT pg_backend_pid()")[0][0])

    def run(self, statement):
        end = "" if statement.startswith("\\") else ";"
        self.psql.stdin.write(f"{statement}{end}\n\\echo {END}\n")
        self.psql.stdin.flush()
        lines = []
        taken = None
        for line in self.psql.stdout:
            line = line.rstrip("\n")
            if line == END:
                return lines, taken
            if line.startswith("ERROR"):
                raise SystemExit(f"{line}\nin: {statement}")
            if line.startswith("Time: "):
                taken = float(line.split()[1])
            else:
                lines.append(line)
        raise SystemExit(f"psql ended in: {statement}")

    def value(self, statement):
        return self.run(statement)[0][0]

    def memory(self):
        """Anonymous memory of the backend in bytes: its own, without buffers that it shares."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return 1024 * int(re.search(r"RssAnon:\s+(\d+)", status.read()).group(1))

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


class Peak:
    """Largest memory of a session's backend while the block runs, above that at its begin."""

    def __init__(self, session):
        self.session = session

    def __enter__(self):
        self.begin = self.most = self.session.memory()
        self.over = threading.Event()
        self.watch = threading.Thread(target=self.look)
        self.watch.start()
        return self

    def look(self):
        while not self.over.wait(0.002):
            self.most = max(self.most, self.session.memory())

    def __exit__(self, *_):
        self.over.set()
        self.watch.join()

    @property
    def growth(self):
        return self.most - self.begin


class Table:
    def __init__(self):
        self.rows = []

    def add(self, part, what, value, unit, note=""):
        text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        self.rows.append((part, what, text, unit, note, value))
        print(f"{part:10} {what:58} {text:>12} {unit:20} {note}", flush=True)

    def write(self, folder):
        lines = ["## From SQL", "", "| part | what | value | unit | note |", "|---|---|---:|---|---|"]
        lines += ["| " + " | ".join(cells) + " |" for *cells, _ in self.rows]
        lines += ["", "| | |", "|---|---|", "| command | `make bench-sql` |", f"| processor | {report.machine()} |",
                  f"| commit | {report.commit()} |"]
        os.makedirs(RESULTS, exist_ok=True)
        report.write_section(os.path.join(folder, "RESULTS.md"), "sql", "\n".join(lines))
        with open(os.path.join(RESULTS, "sql.csv"), "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("part", "what", "value", "unit", "note"))
            for part, what, _, unit, note, value in self.rows:
                writer.writerow((part, what, repr(value), unit, note))


def in_turn(rounds, *measures):
    """Medians of what the functions return, called in turn, and the median of the ratios of the last two."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    medians = [statistics.median(values) for values in zip(*taken)]
    return medians, statistics.median(values[-2] / values[-1] for values in taken)


# ---- training ----

NETWORK = '{"units": 8, "batch_size": 256, "epochs": 1, "validation": 0, "refit": false, "timing": true}'
LOOKBACK = 12


def make_series(session, rows):
    session.run(f"CREATE TABLE series_{rows} AS SELECT timestamptz '2000-01-01' + i * interval '1 minute' AS at, "
                f"sin(i / 10.0) + i % 7 AS value FROM generate_series(1, {rows}) AS i")
    session.run(f"VACUUM ANALYZE series_{rows}")


def training(table, sizes):
    before = None
    for rows in sizes:
        seconds = []
        growth = []
        for _ in range(5 if rows < 1000000 else 3 if rows < 10000000 else 1):
            session = Session()
            session.run("SET maintenance_work_mem = '4GB'")
            session.run("LOAD 'lstm_forecast'")
            with Peak(session) as peak:
                seconds.append(float(session.value(
                    f"SELECT seconds FROM lstm_history(lstm_train('series_{rows}', 'value', lookback => {LOOKBACK}, "
                    f"options => '{NETWORK}'))")))
            growth.append(peak.growth)
            session.close()
        median = statistics.median(seconds)
        note = "8 units, lookback 12, batch 256"
        table.add("training", f"{rows:,} rows: one epoch", median, "s", note)
        table.add("training", f"{rows:,} rows: one window", 1e6 * median / rows, "us",
                  f"{median / before:.1f} times the epoch before" if before else "")
        table.add("training", f"{rows:,} rows: memory of the backend", statistics.median(growth) / 1e6, "MB",
                  f"{statistics.median(growth) / rows:.1f} bytes per row")
        before = median


# ---- reading ----

def reading(table, rows):
    session = Session()
    options = '{"lookback": 1, "epochs": 1, "units": 1, "validation": 0}'
    session.run("SET client_min_messages = error")
    session.run(f"CREATE TABLE reader AS SELECT lstm_train_agg(at, value, '{options}') AS model "
                f"FROM series_{rows} WHERE at < '2000-01-01 01:00'")

    def into_frame(relation):
        # origins that lie past the last row: everything is read, nothing is forecast
        lines, _ = session.run("SELECT count(*) FROM reader, "
                               f"lstm_rolling(model, '{relation}', first_origin => 1000000000000)")
        return float(re.search(r"read \d+ rows of .* in ([\d.]+) ms", "\n".join(lines)).group(1))

    def into_nothing(relation):
        lines, _ = session.run("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) "
                               f"SELECT at, value FROM {relation} ORDER BY at")
        return float(re.search(r"Execution Time: ([\d.]+) ms", "\n".join(lines)).group(1))

    session.run(f"CREATE TABLE indexed AS TABLE series_{rows}")
    session.run("ALTER TABLE indexed ADD PRIMARY KEY (at)")
    session.run("CREATE TABLE exact AS SELECT at, value::numeric(12, 6) AS value FROM indexed")
    session.run("ALTER TABLE exact ADD PRIMARY KEY (at)")
    session.run("VACUUM ANALYZE indexed, exact")
    session.run("SET client_min_messages = debug1")
    for relation, kind in ((f"series_{rows}", "sorted"), ("indexed", "by an index"), ("exact", "by an index, numeric")):
        (nothing, frame), ratio = in_turn(11, lambda: into_nothing(relation), lambda: into_frame(relation))
        table.add("reading", f"{rows:,} rows, {kind}: SELECT into nothing", rows / nothing * 1000, "rows/s",
                  "EXPLAIN (ANALYZE, TIMING OFF)")
        table.add("reading", f"{rows:,} rows, {kind}: into the frame", rows / frame * 1000, "rows/s",
                  f"{100 * ratio:.0f} % of that")
    session.close()


# ---- forecasts ----

def forecasts(table):
    session = Session()
    call = "lstm_predict(model, ARRAY[70 + i % 7, 80, 90])"
    queries = (
        ("lstm_predict, calls in one query", 100000,
         f"SELECT count(*) FROM generate_series(1, 100000) AS i, models, {call}"),
        ("lstm_predict_agg, groups of three rows", 100000,
         "SELECT count(f) FROM (SELECT lstm_predict_agg(model, v ORDER BY v) AS f "
         "FROM generate_series(1, 100000) AS i, (VALUES (70.0), (80), (90)) AS v(v), models GROUP BY i) AS groups"),
        ("lstm_predict_agg, rows of a window", 100000,
         "SELECT count(f) FROM (SELECT lstm_predict_agg(model, 10.0 * (i % 9)) OVER (ORDER BY i) AS f "
         "FROM generate_series(1, 100000) AS i, models) AS rows"),
        ("lstm_rolling, origins", 99997, "SELECT count(*) FROM models, lstm_rolling(model, 'hundred_thousand')"),
    )
    session.run("CREATE TABLE hundred_thousand AS SELECT date '2000-01-01' + i AS day, i % 100 AS value "
                "FROM generate_series(1, 100000) AS i")
    for what, count, query in queries:
        session.run(query)
        taken = statistics.median(session.run(query)[1] for _ in range(7))
        table.add("forecasts", what, count / taken * 1000, "1/s",
                  f"{1000 * taken / count:.2f} us each, LSTM of 50 units")
    session.close()

    scripts = os.path.join(RESULTS, "one.sql"), os.path.join(RESULTS, "nothing.sql")
    os.makedirs(RESULTS, exist_ok=True)
    for script, text in zip(scripts, ("SELECT forecast FROM models, lstm_predict(model, ARRAY[70, 80, 90]);",
                                      "SELECT 1;")):
        with open(script, "w", encoding="ascii") as out:
            out.write(text + "\n")

    def latency(script):
        out = subprocess.run(["pgbench", "-n", "-M", "prepared", "-t", "10000", "-f", script], check=True,
                             capture_output=True, text=True).stdout
        return 1000 * float(re.search(r"latency average = ([\d.]+) ms", out).group(1))

    (one, nothing), ratio = in_turn(7, lambda: latency(scripts[0]), lambda: latency(scripts[1]))
    table.add("forecasts", "one call, prepared, by pgbench", one, "us", f"{ratio:.1f} times SELECT 1")
    table.add("forecasts", "SELECT 1, prepared, by pgbench", nothing, "us", f"{one - nothing:.1f} us less")


# ---- the tutorial ----

STATEMENT = ("INSERT INTO forecasts SELECT step, forecast FROM lstm_predict("
             "lstm_train('temps', 'value', lookback => 3, options => "
             "'{\"units\": 50, \"epochs\": 200, \"batch_size\": 32, \"validation\": 0, \"refit\": false}'), "
             "ARRAY[70, 80, 90])")


def python_with_torch():
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import psycopg2, torch"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def timed(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return 1000 * (time.perf_counter() - begin)


def tutorial(table):
    session = Session()
    python = python_with_torch()
    # the program itself: Debian's wrapper of that name is a script that takes several times as long to find it
    programs = session.value("SELECT setting FROM pg_config() WHERE name = 'BINDIR'")
    new_psql = [os.path.join(programs, "psql"), "-qX", "-c", "SET client_min_messages = warning", "-c", STATEMENT]

    def job():
        return timed([python, os.path.join(HERE, "python_job.py")])

    def statement():
        return statistics.median(session.run(STATEMENT)[1] for _ in range(5))

    def process():
        return statistics.median(timed(new_psql) for _ in range(5))

    if python is None:
        print("without psycopg2 and torch there is no job in Python to compare with; see scripts/setup.sh bench")
        (one, new), _ = in_turn(7, statement, process)
    else:
        (python_time, one), ratio = in_turn(5, job, statement)
        (_, new), ratio_new = in_turn(5, job, process)
        table.add("tutorial", "a job in Python: connect, read, train, forecast, insert", python_time, "ms",
                  "PyTorch, one thread")
    table.add("tutorial", "one statement on an open connection", one, "ms",
              f"{ratio:.0f} times faster" if python else "")
    table.add("tutorial", "one statement in a new psql", new, "ms",
              f"{ratio_new:.0f} times faster" if python else "")
    wrong = session.value("SELECT count(*) FROM forecasts WHERE abs(forecast - 100) > 5")
    table.add("tutorial", "forecasts that miss 100 by more than 5", int(wrong), "",
              f"of {session.value('SELECT count(*) FROM forecasts')}")
    session.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--largest", type=int, default=10000000, help="rows of the largest table to train on")
    largest = arguments.parse_args().largest
    sizes = [rows for rows in (10000, 100000, 1000000, 10000000) if rows <= largest]
    table = Table()
    session = Session()
    session.run("CREATE EXTENSION IF NOT EXISTS lstm_forecast")
    session.run("CREATE TABLE temps AS SELECT date '2024-01-01' + i AS day, 10 * (i + 1) AS value "
                "FROM generate_series(0, 8) AS i")
    session.run("CREATE TABLE forecasts (step int, forecast float8)")
    session.run("CREATE TABLE models AS SELECT lstm_train('temps', 'value', lookback => 3) AS model")
    for rows in {*sizes, 1000000}:
        make_series(session, rows)
    session.close()
    tutorial(table)
    forecasts(table)
    reading(table, 1000000)
    training(table, sizes)
    table.write(RESULTS if sizes[-1:] != [10000000] else HERE)


if __name__ == "__main__":
    main()
