#!/usr/bin/env bash
# Runs JavaScript tests with an addon that was built under ASan and UBSan:
#
#   scripts/memcheck.sh build/asan/performance_client.node test/call/embed.test.js …
#
# Node itself keeps memory until its process ends, also what the addon made it
# allocate. So every leak is written down, and Node's are those that Node's own
# code allocated; whatever else is left, by the addon, libcurl or cJSON, is ours.
set -uo pipefail

addon=$(realpath "$1")
shift
reports=$(dirname "$addon")/reports
rm -rf "$reports"
mkdir -p "$reports"

export PC_ADDON=$addon
export NODE_OPTIONS="--require=$PWD/test/memcheck/use-addon.js"
export ASAN_OPTIONS="detect_leaks=1:log_path=$reports/report:exitcode=0"
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

LD_PRELOAD=$(gcc -print-file-name=libasan.so) \
  node --test --test-concurrency=2 --test-reporter=dot "$@"
tests=$?
echo

shopt -s nullglob
files=("$reports"/*)
if [ ${#files[@]} -eq 0 ]; then
  echo "no process has looked for leaks" >&2
  exit 1
fi

# A paragraph is one finding; its line #1 tells who called the allocator.
awk -v node="$(realpath "$(command -v node)")" -v reports=${#files[@]} '
  BEGIN { RS = ""; FS = "\n" }
  /ERROR: AddressSanitizer|runtime error:/ { ours++; print $0 "\n"; next }
  !/leak of/ { next }
  {
    for (i = 1; i <= NF && $i !~ /^ *#1 /; i++);
    if (index($i, "(" node "+")) { nodes++; next }
    ours++
    print $0 "\n"
  }
  END {
    printf "memcheck: %d reports, %d leaks of Node, %d findings of ours\n",
      reports, nodes, ours
    exit ours > 0
  }' "${files[@]}"
findings=$?
[ "$tests" -eq 0 ] && [ "$findings" -eq 0 ]
