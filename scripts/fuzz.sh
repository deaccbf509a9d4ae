#!/usr/bin/env bash
# Runs each fuzzer it is given for so many seconds and prints one line for it,
# or all it said and the input that broke it. What it learns stays in the corpus
# beside it, and so does an input that broke it: the next run begins with that.
set -uo pipefail

if [ $# -lt 2 ] || ! [[ $1 =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: $0 seconds fuzzer..., seconds being a whole number" >&2
  exit 2
fi
seconds=$1
shift

export ASAN_OPTIONS=strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1

# Files in the corpus are called by their hash; broken ones also by their kind.
fuzz() {
  local name=$1 corpus=$2
  "$fuzzer" -max_total_time="$seconds" -max_len=16384 -timeout=10 \
    -dict=test/fuzz/json.dict -artifact_prefix="$corpus/" \
    -print_final_stats=1 "$corpus" "test/fuzz/seeds/$name"
}

failures=0
for fuzzer in "$@"; do
  name=${fuzzer#build/fuzz/}
  corpus=build/fuzz/corpus/$name
  log=$fuzzer.log
  mkdir -p "$corpus"
  if fuzz "$name" "$corpus" >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    printf '%-32s %s inputs, none broke it\n' "$name" "$runs"
  else
    cat "$log"
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    printf '%-32s FAILED: %s\n' "$name" "${input:-no input was kept}"
    failures=$((failures + 1))
  fi
done
exit $((failures > 0))
