#!/usr/bin/env python3
"""Prints the steps of a Dockerfile up to a target, one a line, for scripts/packages.sh, which runs them in chroots.

    scripts/dockerfile.py TARGET [NAME=VALUE ...]

NAME is an argument of the build. A step is its name and its words, with a tab between them:

    FROM  STAGE  IMAGE
    COPY  STAGE  STAGE-IT-COMES-FROM (or "context")  SOURCE  DESTINATION
    RUN   STAGE  ARGUMENTS, as assignments of the shell  COMMAND

Only what our Dockerfile has is understood; anything else is an error, so that nothing is passed over.
"""
import os
import re
import shlex
import sys


def instructions(path):
    """Name and rest of each; comments are left out, and lines that go on are joined."""
    with open(path, encoding="utf-8") as file:
        text = "".join(line for line in file if not line.lstrip().startswith("#"))
    for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


def expanded(text, values):
    def value(match):
        name = match.group(1) or match.group(2)
        if name not in values:
            sys.exit(f"{name} is no argument here: {text}")
        return values[name]
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", value, text)


def main():
    target, *given = sys.argv[1:]
    given = dict(item.split("=", 1) for item in given)
    outer, values, stage, stages, steps = {}, {}, None, {}, []
    for name, rest in instructions(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Dockerfile")):
        if name == "ARG":
            key, has_default, default = rest.partition("=")
            scope = outer if stage is None else values
            scope[key] = given.get(key, expanded(default, scope) if has_default else outer.get(key, ""))
        elif name == "FROM":
            match = re.fullmatch(r"(\S+) AS (\S+)", rest, re.IGNORECASE)
            if not match:
                sys.exit(f"each stage needs a name: FROM {rest}")
            stage, values = match.group(2), {}
            stages[stage] = steps = [("FROM", stage, expanded(match.group(1), outer))]
        elif name == "COPY":
            words = shlex.split(expanded(rest, values))
            source = "context"
            if words[0].startswith("--from="):
                source = words.pop(0)[len("--from="):]
            if len(words) != 2 or words[0].startswith("--"):
                sys.exit(f"not understood: COPY {rest}")
            steps.append(("COPY", stage, source, *words))
        elif name == "RUN":
            steps.append(("RUN", stage, " ".join(f"{key}={shlex.quote(item)}" for key, item in values.items()), rest))
        elif name != "USER":
            # which user runs what is in the image changes none of its files
            sys.exit(f"not understood: {name} {rest}")

    def print_steps(stage, printed):
        if stage not in stages:
            sys.exit(f"there is no stage {stage}")
        if stage not in printed:
            printed.add(stage)
            for step in stages[stage]:
                if step[0] == "COPY" and step[2] != "context":
                    print_steps(step[2], printed)
            for step in stages[stage]:
                print("\t".join(step))
    print_steps(target, set())


main()
