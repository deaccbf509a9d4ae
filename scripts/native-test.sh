#!/usr/bin/env bash
# Runs each C test it is given and prints one line for it, or all it said when
# it failed. A test that hangs is ended and has failed.
set -uo pipefail

if [ $# -eq 0 ]; then
  echo "no C test was found" >&2
  exit 1
fi

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:suppressions=$PWD/test/native/tsan.supp

# Thread sanitizers of this age cannot bear the randomised memory layout of
# newer kernels.
launch=()
if [[ $1 == *tsan* ]] && setarch -R true 2>/dev/null; then
  launch=(setarch -R)
fi

launch+=(timeout --kill-after=5 "${PC_TEST_SECONDS:-120}")

failures=0
for test in "$@"; do
  if output=$("${launch[@]}" "$test" 2>&1); then
    printf '%-40s %s\n' "${test#build/native-*/}" "${output##*$'\n'}"
  else
    status=$?
    printf '%-40s FAILED (status %d)\n%s\n' \
      "${test#build/native-*/}" "$status" "$output"
    failures=$((failures + 1))
  fi
done
exit $((failures > 0))
