#!/usr/bin/python3
"""How far forecasts differ where the weights of a network are rounded to half precision, as a share of the width of their interval.

Networks of 64, 256 and 512 units, on monthly airline passengers and on the first 6,000 hours of ETTh1, from the folder that is given.
Beside them the same for bfloat16, which has fewer digits and more range. Connects as libpq's variables say.
"""
import csv
import gzip
import json
import struct
import sys

import psycopg


def half(value):
    return struct.unpack("<e", struct.pack("<e", value))[0]


def bfloat(value):
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16
    return struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))[0]


def rounded(values, to):
    return [rounded(v, to) for v in values] if isinstance(values, list) else to(values)


def forecast(cursor, model):
    cursor.execute("SELECT forecast, upper_bound - lower_bound FROM lstm_forecast(%s) ORDER BY step", [model])
    return cursor.fetchall()


def main(folder):
    cursor = psycopg.connect(autocommit=True).cursor()
    cursor.execute("CREATE EXTENSION IF NOT EXISTS lstm_forecast; SET client_min_messages = error; SET maintenance_work_mem = '1GB'")
    with open(f"{folder}/air_passengers.csv") as file:
        air = [float(row["value"]) for row in csv.DictReader(file)]
    with gzip.open(f"{folder}/etth1.csv.gz", "rt") as file:
        etth = [float(row["OT"]) for row in csv.DictReader(file)][:6000]
    print(f"{'series':10} {'units':>6} {'half':>10} {'bfloat16':>10}   most difference, as a share of the interval's width")
    for name, values, horizon in (("air", air, 12), ("etth1", etth, 24)):
        cursor.execute(f"CREATE TEMP TABLE {name} AS SELECT n, value FROM unnest(%s::float8[]) WITH ORDINALITY v (value, n)", [values])
        for units in (64, 256, 512):
            options = {"units": units, "candidates": ["network"], "epochs": 10}
            cursor.execute(f"SELECT lstm_train('{name}', 'value', 'n', horizon => %s, options => %s)", [horizon, json.dumps(options)])
            model = cursor.fetchone()[0]
            exact = forecast(cursor, model)
            cursor.execute("SELECT lstm_export(%s)::text", [model])
            spec = json.loads(cursor.fetchone()[0])
            differences = []
            for to in (half, bfloat):
                cursor.execute("SELECT lstm_import(%s::text::jsonb)", [json.dumps(spec | {"weights": rounded(spec["weights"], to)})])
                other = forecast(cursor, cursor.fetchone()[0])
                differences.append(max(abs(a - b) / width for (a, width), (b, _) in zip(exact, other)))
            print(f"{name:10} {units:6} {differences[0]:10.1e} {differences[1]:10.1e}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
