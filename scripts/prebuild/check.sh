#!/usr/bin/env bash
# Holds what is promised of the prebuilt addons:
#
#   scripts/prebuild/check.sh inspect target…   what is exported, left open, named
#   scripts/prebuild/check.sh rebuild target…   the same bytes from another folder
#
# inspect also loads the one that is for this machine.
set -euo pipefail

cd "$(dirname "$0")/../.."
root=$PWD
failures=0

fail() {
  echo "$1" >&2
  failures=$((failures + 1))
}

# Everything musl offers, as zig has it for its linker.
musl_symbols() {
  sed -n 's/^\.\(globl\|weak\) //p; s/^WEAK64 //p; s/^WEAKTIME64 //p' \
    build/third_party/zig/lib/libc/musl/libc.S
}

# What the file leaves open that neither Node-API nor the C library has.
foreign_symbols() {
  local target=$1
  if [[ $target == *-musl ]]; then
    nm -D --undefined-only "$2" | awk '{ print $NF }' |
      grep -vxFf <(musl_symbols)
  else
    nm -D --undefined-only "$2" | awk '{ print $NF }' | grep -v '@GLIBC_'
  fi | grep -v '^napi_'
}

libraries() {
  readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# A folder of the machine that built it: its own, and where people have theirs.
folders() {
  grep -aoE "($root|$HOME|/home/|/Users/|/tmp/)[[:graph:]]*" "$1"
}

inspect() {
  local target=$1 file=prebuilds/$1/performance_client.node found newest
  local exports=$'napi_register_module_v1\nnode_api_module_get_api_version_v1'

  found=$(nm -D --defined-only "$file" | awk '{ print $3 }' | sort)
  [ "$found" = "$exports" ] || fail "$target exports ${found//$'\n'/ }"

  found=$(foreign_symbols "$target" "$file") || true
  [ -z "$found" ] || fail "$target leaves open ${found//$'\n'/ }"

  found=$(libraries "$file" |
    grep -vxE 'libc\.so(\.6)?|libpthread\.so\.0|libdl\.so\.2|ld-linux.*') || true
  [ -z "$found" ] || fail "$target needs ${found//$'\n'/ }"

  found=$(folders "$file") || true
  [ -z "$found" ] || fail "$target names ${found//$'\n'/ }"

  newest=$(nm -D --undefined-only "$file" | sed -n 's/.*@GLIBC_//p' | sort -Vu |
    tail -n 1)
  [ "$(printf '%s\n' "${newest:-0}" 2.28 | sort -V | tail -n 1)" = 2.28 ] ||
    fail "$target needs glibc $newest"

  ! readelf -S "$file" | grep -q '\.symtab\|\.debug_' || fail "$target is not stripped"
  printf '%-18s %s bytes, %s compressed, glibc %s\n' "$target" \
    "$(stat -c %s "$file")" "$(gzip -9c "$file" | wc -c)" "${newest:-is not used}"
}

# Only the addon itself can say whether every part of libcurl is there.
load() {
  local file=prebuilds/$1/performance_client.node
  node -e '
    const { libcurl, http2, encodings, caInfo } = require(process.argv[1]).info();
    console.log("%s loads: libcurl %s, %s", process.argv[2], libcurl, encodings);
    const names = ["gzip", "br", "zstd"];
    if (!http2 || !names.every((name) => encodings.includes(name)) || caInfo)
      throw new Error("HTTP/2 or a decoder is missing, or there is a CA path");
  ' "$root/$file" "$1" || fail "$1 does not load"
}

is_of_this_machine() {
  [ "$1" = "$(node -p 'const { glibcVersionRuntime } = process.report.getReport().header;
    process.platform + "-" + process.arch + (glibcVersionRuntime ? "" : "-musl")')" ]
}

# The copy has what the build reads and nothing that it has made before.
rebuild() {
  copy=$(mktemp -d -t prebuilds-in-another-folder-XXXXXX)
  trap 'rm -rf "$copy"' EXIT # when this function's variables are gone
  tar -c package.json scripts src third_party | tar -x -C "$copy"
  "$copy/scripts/prebuild/fetch.sh"
  "$copy/scripts/prebuild/build.sh" "$@"
  for target in "$@"; do
    local file=prebuilds/$target/performance_client.node
    (cd "$copy" && sha256sum "$file")
    cmp "$file" "$copy/$file" || fail "$target: another folder gives other bytes"
  done
}

what=${1:-}
shift || true
case $what in
inspect)
  for target in "$@"; do
    inspect "$target"
    if is_of_this_machine "$target"; then load "$target"; fi
  done
  ;;
rebuild) rebuild "$@" ;;
*)
  echo "usage: $0 inspect|rebuild target..." >&2
  exit 2
  ;;
esac
exit $((failures > 0))
