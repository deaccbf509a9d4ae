#!/usr/bin/env bash
# Runs clang-tidy over the C files given, with the flags they are built with.
# Each file has a process of its own: version 14 loses track of va_list in the
# second file of a run.
set -euo pipefail

headers=$(node -p "require('node:path').join(process.execPath, '../../include/node')")
read -r -a libraries < <(pkg-config --cflags libcurl libcjson zlib libbrotlidec libzstd)
flags=(-std=c11 -D_GNU_SOURCE -DNAPI_VERSION=8 -Isrc "${libraries[@]}")
flags+=(-isystem "$headers")

# On stderr the tool counts what it kept silent about; findings are on stdout.
printf '%s\0' "$@" |
  xargs -0 -P "$(nproc)" -I '{}' \
    clang-tidy-14 --quiet '{}' -- "${flags[@]}" 2>/dev/null
