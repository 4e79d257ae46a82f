#!/usr/bin/env python3
"""Holds META.json to the PGXN Meta Spec 1.0.0, and to what the other files of the tree say.

    scripts/check_meta.py [FOLDER]

Prints one line for each fault, and fails if there is one. The rules of the specification come first; those of this
project are that there is one version, one licence, and one oldest version of PostgreSQL, wherever they stand.
"""
import json
import os
import re
import sys

LICENSES = set("""agpl_3 apache_1_1 apache_2_0 artistic_1 artistic_2 bsd freebsd gfdl_1_2 gfdl_1_3 gpl_1 gpl_2 gpl_3
    lgpl_2_1 lgpl_3_0 mit mozilla_1_0 mozilla_1_1 openssl perl_5 postgresql qpl_1_0 ssleay sun zlib open_source restricted
    unrestricted unknown""".split())
PHASES = {"configure", "build", "test", "runtime", "develop"}
RELATIONS = {"requires", "recommends", "suggests", "conflicts"}
SEMVER = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-?[a-zA-Z][-0-9A-Za-z]*)?"
RANGE = rf"(?:(?:<=|>=|==|!=|<|>)?\s*{SEMVER}|0)"


def is_text(value):
    return isinstance(value, str) and value.strip() != ""


def is_version(value):
    return isinstance(value, str) and re.fullmatch(SEMVER, value) is not None


def is_range(value):
    return value == 0 or isinstance(value, str) and re.fullmatch(rf"{RANGE}(,\s*{RANGE})*", value) is not None


def is_term(value):
    return isinstance(value, str) and len(value) >= 2 and re.search(r"[\s\x00-\x1f\x7f/\\]", value) is None


def is_tag(value):
    return isinstance(value, str) and 1 <= len(value) <= 255 and re.search(r"[\x00-\x1f\x7f/\\]", value) is None


def is_url(value):
    return isinstance(value, str) and re.fullmatch(r"[a-z][-+.a-z0-9]*://[^/?#\s]+[^\s]*", value) is not None


def is_custom(key):
    return re.match(r"x_", key, re.IGNORECASE) is not None


def is_list(of):
    """A list of such values, or one of them, but not an empty list."""
    return lambda value: of(value) or isinstance(value, list) and len(value) > 0 and all(of(item) for item in value)


def is_license(value):
    if isinstance(value, dict):
        return len(value) > 0 and all(is_text(key) and is_url(item) for key, item in value.items())
    return is_list(lambda item: isinstance(item, str) and item in LICENSES)(value)


def is_no_index(value):
    return isinstance(value, dict) and all(
        is_custom(key) or key in ("file", "directory") and is_list(is_text)(item) for key, item in value.items())


def is_map(required, optional):
    """A map with these keys, each of which has a value that its function accepts; own keys start with x_."""
    def check(value):
        known = {**required, **optional}
        return isinstance(value, dict) and all(key in value for key in required) and all(
            known[key](item) if key in known else is_custom(key) for key, item in value.items())
    return check


def is_prereqs(value):
    def known(names, key):
        return key in names or is_custom(key)
    return isinstance(value, dict) and all(
        known(PHASES, phase) and isinstance(relations, dict) and all(
            known(RELATIONS, relation) and isinstance(names, dict) and all(
                is_term(name) and is_range(wanted) for name, wanted in names.items())
            for relation, names in relations.items())
        for phase, relations in value.items())


def is_provides(value):
    entry = is_map({"file": is_text, "version": is_version}, {"abstract": is_text, "docfile": is_text})
    return isinstance(value, dict) and len(value) > 0 and all(is_term(key) and entry(item) for key, item in value.items())


REQUIRED = {
    "name": is_term,
    "version": is_version,
    "abstract": is_text,
    "maintainer": is_list(is_text),
    "license": is_license,
    "provides": is_provides,
    "meta-spec": is_map({"version": lambda value: value == "1.0.0"}, {"url": is_url}),
}
OPTIONAL = {
    "description": is_text,
    "generated_by": is_text,
    "tags": is_list(is_tag),
    "no_index": is_no_index,
    "prereqs": is_prereqs,
    "release_status": lambda value: value in ("stable", "testing", "unstable"),
    "resources": is_map({}, {
        "homepage": is_url,
        "license": is_list(is_url),
        "bugtracker": is_map({}, {"web": is_url, "mailto": lambda value: is_text(value) and "@" in value}),
        "repository": is_map({}, {"url": is_url, "web": is_url, "type": lambda value: is_text(value) and value == value.lower()}),
    }),
}


def faults_of_spec(meta):
    if not isinstance(meta, dict):
        return ["META.json: should be a map"]
    faults = [f"{key}: is required" for key in REQUIRED if key not in meta]
    for key, value in meta.items():
        check = REQUIRED.get(key) or OPTIONAL.get(key)
        if check is None and not is_custom(key):
            faults.append(f"{key}: is no key of the specification; own keys start with x_")
        elif check is not None and not check(value):
            faults.append(f"{key}: is not what the specification wants: {json.dumps(value)}")
    return faults


def found(folder, name, pattern):
    """What the first group of the pattern is in a file, or None where the file is not in this tree."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        match = re.search(pattern, file.read(), re.MULTILINE)
    return match.group(1) if match else "nothing"


def faults_of_tree(meta, folder):
    faults = []
    copies = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", "build")]
        copies += [os.path.join(place, name) for name in files if name == "META.json"]
    if len(copies) != 1:
        # the first that is found in an archive is taken for that of the distribution
        faults.append(f"META.json: there are {len(copies)} of that name, which should be one")
    for name, entry in meta["provides"].items():
        for key in ("file", "docfile"):
            if key in entry and not os.path.isfile(os.path.join(folder, entry[key])):
                faults.append(f"provides: {entry[key]}, the {key} of {name}, is not there")
        if entry["version"] != meta["version"]:
            faults.append(f"provides: {name} has version {entry['version']}, the distribution {meta['version']}")
    for name in ("README.md", "LICENSE", "CHANGELOG.md", "Makefile", f"{meta['name']}.control"):
        if not os.path.isfile(os.path.join(folder, name)):
            faults.append(f"{name}: is not there")
    for name, pattern in (
            ("lstm_forecast.control", r"^default_version = '(.*)'$"),
            ("src/pg/server/common.h", r'^#define LF_VERSION "(.*)"$'),
            ("CHANGELOG.md", r"^## ([0-9.]+)"),
            ("debian/changelog", r"^\S+ \(([^)-]*)-[^)]*\) ")):
        version = found(folder, name, pattern)
        if version not in (None, meta["version"]):
            faults.append(f"version: {name} has {version}, META.json {meta['version']}")
    oldest = meta.get("prereqs", {}).get("runtime", {}).get("requires", {}).get("PostgreSQL", "nothing")
    packaged = found(folder, "debian/pgversions", r"^([0-9]+)\+$")
    if packaged is not None and f"{packaged}.0.0" != oldest:
        faults.append(f"prereqs: debian/pgversions has {packaged}+, META.json {oldest}")
    comment = found(folder, "lstm_forecast.control", r"^comment = '(.*)'$")
    if comment not in (None, meta["abstract"]):
        faults.append("abstract: lstm_forecast.control has another one")
    return faults


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    try:
        with open(os.path.join(folder, "META.json"), encoding="utf-8") as file:
            meta = json.load(file)
    except (OSError, ValueError) as error:
        sys.exit(f"META.json: {error}")
    faults = faults_of_spec(meta) or faults_of_tree(meta, folder)
    if faults:
        sys.exit("\n".join(faults))


main()
