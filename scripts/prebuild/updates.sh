#!/usr/bin/env bash
# Lists what third_party/ pins of which a newer version is out. Asks the three
# registries by their own clients and changes nothing.
set -euo pipefail

cd "$(dirname "$0")/../../third_party"
found=0

compare() {
  local registry=$1 name=$2 pinned=$3 newest=$4
  if [ -z "$newest" ]; then
    echo "$registry did not tell the newest version of $name" >&2
    exit 1
  fi
  [ "$pinned" != "$newest" ] || return 0
  printf '%-6s %-32s %-22s -> %s\n' "$registry" "$name" "$pinned" "$newest"
  found=$((found + 1))
}

pinned_crates() {
  sed -n 's/^\([a-z0-9-]*\) = { version = "=\([0-9.]*\)".*/\1 \2/p' Cargo.toml
}

# Outside the folder, or cargo would tell what is pinned here.
newest_crate() {
  (cd / && cargo info --quiet "$1" 2>/dev/null) | sed -n 's/^version: \([0-9.]*\).*/\1/p'
}

while read -r name version; do
  compare cargo "$name" "$version" "$(newest_crate "$name")"
done < <(pinned_crates)

while read -r name version; do
  newest=$(../build/third_party/tools/bin/pip index versions \
    --disable-pip-version-check "$name" 2>/dev/null | sed -n '1s/.*(\(.*\))/\1/p')
  compare PyPI "$name" "$version" "$newest"
done < <(sed -n 's/^\([a-z].*\)==\([0-9.]*\).*/\1 \2/p' requirements.txt)

while read -r name version; do
  compare npm "$name" "$version" "$(npm view "$name" version)"
done < <(node -p 'Object.entries(require("./package.json").dependencies)
  .map((pair) => pair.join(" ")).join("\n")')

[ $found -gt 0 ] || echo "everything in third_party/ is the newest"
echo "cJSON is committed: look at https://github.com/DaveGamble/cJSON/releases"
