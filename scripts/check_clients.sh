#!/bin/sh
# Runs the programs of doc/clients.md and examples/ in a new database of the cluster in the environment, and prints TAP: blocks of
# ```python and ```javascript as they are printed, whose output must be that of the ```text block behind them; the project for
# dbt, rendered as dbt renders it; the queries of the dashboard for Grafana; and the notebook.
set -u

cd "$(dirname "$0")/.." || exit 1
. scripts/tap.sh
unset PSQLRC
page=doc/clients.md
python=/usr/bin/python3
PGDATABASE=clients
PGOPTIONS="-c client_min_messages=notice"
PYTHONDONTWRITEBYTECODE=1
# where Debian and npm put what node loads
NODE_PATH=/usr/share/nodejs:/usr/lib/nodejs:$(pwd)/build/clients/node_modules
export PGDATABASE PGOPTIONS PYTHONDONTWRITEBYTECODE NODE_PATH

psql -Xq -d postgres -c 'DROP DATABASE IF EXISTS clients' -c 'CREATE DATABASE clients' >/dev/null 2>&1
psql -Xq -c 'CREATE EXTENSION lstm_forecast' || { echo 'Bail out! The database "clients" could not be created.'; exit 1; }

# blocks KIND: numbers of the lines at which they begin
blocks() {
    grep -n "^\`\`\`$1\$" "$page" | cut -d: -f1
}

# block LINE: what stands in it
block() {
    sed -n "$(($1 + 1)),/^\`\`\`\$/p" "$page" | sed '$d'
}

# expected LINE: the output that is printed behind it
expected() {
    tail -n "+$(($1 + 1))" "$page" | awk '/^```/ { n++; if (n == 3) exit; if (n == 2 && $0 != "```text") exit; next } n == 2'
}

for line in $(blocks sql); do
    block "$line" | psql -Xq -v ON_ERROR_STOP=1 >"$work/log" 2>&1
    result $? "$page:$line: SQL"
done

# compare NAME COMMAND [ARGUMENT ...]: what it prints must be what stands in $work/expected
compare() {
    name=$1
    shift
    status=0
    "$@" >"$work/output" 2>&1 || status=1
    [ $status -eq 1 ] || diff "$work/expected" "$work/output" >"$work/log" || status=1
    [ $status -eq 0 ] || cat "$work/output" >>"$work/log"
    result $status "$name"
}

# programs KIND COMMAND [ARGUMENT ...]
programs() {
    kind=$1
    shift
    for line in $(blocks "$kind"); do
        block "$line" >"$work/program"
        expected "$line" >"$work/expected"
        compare "$page:$line: $kind" "$@" "$work/program"
    done
}

if ! node -e "require('pg')" 2>/dev/null && command -v npm >/dev/null; then
    timeout 60 npm install --silent --no-fund --no-audit --prefix build/clients pg@8 >/dev/null 2>&1
fi
if node -e "require('pg')" 2>/dev/null; then
    programs javascript node
else
    echo '# node-postgres is not here: its program is not run'
fi

finish() {
    psql -Xq -d postgres -c 'DROP DATABASE clients'
    plan
    exit
}

if ! $python -c 'import psycopg' 2>/dev/null; then
    echo '# psycopg 3 is not here: programs in Python, the project for dbt, the dashboard and the notebook are not run'
    finish
fi
programs python $python

# Of dbt's language the project uses config, source and ref; a run makes a table of each model, a test must return no row.
cat >"$work/dbt.py" <<'PYTHON'
import pathlib
import sys
import jinja2
import psycopg

folder = pathlib.Path(sys.argv[1])
connection = psycopg.connect("", autocommit=True)
database, = connection.execute("SELECT current_database()").fetchone()
wanted = []

def ref(name):
    wanted.append(name)
    return f'"{database}"."public"."{name}"'

def render(path):
    return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(path.read_text()).render(
        config=lambda **settings: "", ref=ref, source=lambda schema, table: f'"{database}"."public"."{table}"')

made = []

def make(name):
    if name in made:
        return
    made.append(name)
    wanted.clear()
    statement = render(folder / "models" / f"{name}.sql")
    for other in list(wanted):
        make(other)
    connection.execute(f'CREATE TABLE "{name}" AS {statement}')

for path in sorted((folder / "models").glob("*.sql")):
    make(path.stem)
print(len(made), "models,", connection.execute("SELECT count(*) FROM gallery_forecast").fetchone()[0], "forecasts")
for path in sorted((folder / "tests").glob("*.sql")):
    print(path.stem, len(connection.execute(render(path)).fetchall()))
PYTHON
cat >"$work/expected" <<'END'
2 models, 7 forecasts
forecasts_are_sound 0
model_beats_last_week 0
END
compare 'examples/dbt: its models are made and its tests hold' $python "$work/dbt.py" examples/dbt

# Each query returns rows, but that of what runs now; those of a time series have a time first.
cat >"$work/grafana.py" <<'PYTHON'
import datetime
import json
import re
import sys
import psycopg

connection = psycopg.connect("", autocommit=True)
for panel in json.load(open(sys.argv[1]))["panels"]:
    for target in panel["targets"]:
        statement = re.sub(r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN '2024-06-01T00:00:00Z' AND '2024-07-31T00:00:00Z'", target["rawSql"])
        assert "$" not in statement, statement
        cursor = connection.execute(statement)
        rows = cursor.fetchall()
        if target["format"] == "time_series":
            assert cursor.description[0].name == "time" and isinstance(rows[0][0], datetime.datetime), statement
        assert rows or "lstm_progress" in statement, statement
        print(panel["title"], target["refId"], len(rows) > 0)
PYTHON
$python "$work/grafana.py" examples/grafana.json >"$work/log" 2>&1
result $? 'examples/grafana.json: its queries have rows'

cat >"$work/notebook.py" <<'PYTHON'
import json
import sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(colors="NoColor")
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code" and not shell.run_cell("".join(cell["source"])).success:
        sys.exit(1)
PYTHON
status=0
HOME=$work $python "$work/notebook.py" examples/forecast.ipynb >"$work/log" 2>&1 || status=1
grep -q 'IPython.core.display.SVG' "$work/log" && grep -q '^mae ' "$work/log" || status=1
result $status 'examples/forecast.ipynb: its cells run'

finish
