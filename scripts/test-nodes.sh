#!/usr/bin/env bash
# Runs JavaScript tests on each release line of Node named, with the addon as it
# stands, and prints one line for each with its counts:
#
#   scripts/test-nodes.sh "22 24" test/call/embed.test.js …
#
# The binaries come from npm and stay in build/nodes. What a failing test said
# follows its Node's line; all that was said is in build/nodes/VERSION.tap.
set -euo pipefail

declare -A pinned=(
  [20]=20.20.2
  [22]=22.23.3
  [24]=24.21.0
  [26]=26.10.0
)

read -r -a lines <<<"$1"
shift
package=node-$(node -p 'process.platform + "-" + process.arch')

for line in "${lines[@]}"; do
  if [ -z "${pinned[$line]:-}" ]; then
    echo "NODES has no \"$line\"; it knows 20, 22, 24 and 26" >&2
    exit 2
  fi
done

# Prints the folder of the binary.
install_node() {
  local folder=build/nodes/$1
  local bin=$PWD/$folder/node_modules/$package/bin
  if ! [ -x "$bin/node" ]; then
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-package-lock \
      --ignore-scripts --no-audit --no-fund --loglevel=error \
      "$package@$1" >&2
  fi
  echo "$bin"
}

# The last line that begins with "# name".
count() {
  awk -v name="$1" '$1 == "#" && $2 == name { n = $3 } END { print n + 0 }' "$2"
}

# What a test says stands between its line and the next.
print_failures() {
  awk '/^ *not ok / { shown = 1 } /^ *ok |^ *# Subtest|^ *1\.\./ { shown = 0 }
    shown' "$1"
}

failures=0
for line in "${lines[@]}"; do
  version=${pinned[$line]}
  bin=$(install_node "$version")
  log=build/nodes/$version.tap
  status=0
  PATH=$bin:$PATH node --test --test-reporter=tap "$@" >"$log" 2>&1 ||
    status=$?
  echo "v$version: $(count pass "$log") passed, $(count fail "$log") failed," \
    "$(count skipped "$log") skipped"
  if [ "$status" -ne 0 ]; then
    print_failures "$log"
    failures=$((failures + 1))
  fi
done
exit $((failures > 0))
