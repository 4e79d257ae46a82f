#!/bin/sh
# Prints the settings, name=value, by which a server finds an extension that is installed below a folder.
#
#     scripts/staged_settings.sh FOLDER VERSION
#
# Version 18 has a setting for that; earlier ones have another one by Debian and Ubuntu.
set -eu

pg_config=/usr/lib/postgresql/$2/bin/pg_config
if [ "$2" -ge 18 ]; then
    echo "extension_control_path=$1$("$pg_config" --sharedir):\$system"
else
    echo "extension_destdir=$1"
fi
echo "dynamic_library_path=$1$("$pg_config" --pkglibdir):\$libdir"
