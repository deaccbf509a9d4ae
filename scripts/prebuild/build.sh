#!/usr/bin/env bash
# Builds the addon for each target named, with every library inside, into
# prebuilds/<target>/performance_client.node:
#
#   scripts/prebuild/build.sh linux-x64 linux-arm64-musl
#
# The libraries are compiled once and kept in build/prebuild/<target> until their
# sources change; after that only what changed below src/ is compiled.
set -euo pipefail

cd "$(dirname "$0")/../.."
root=$PWD
fetched=$root/build/third_party

export PREBUILD_ROOT=$root
export PREBUILD_SOURCES=$fetched/crates
export PREBUILD_NODE_API=$fetched/node_modules/node-api-headers/include
export PREBUILD_ZIG=$fetched/zig/zig
export ZIG_GLOBAL_CACHE_DIR=$root/build/prebuild/zig-cache
export PATH=$fetched/tools/bin:$PATH

# The objects of other sources, or of another compiler, are of no use.
discard_if_stale() {
  local build=$1
  cmp -s "$fetched/stamp" "$build/stamp" && return
  rm -rf "$build"
  mkdir -p "$build"
  cp "$fetched/stamp" "$build/stamp"
}

build() {
  local build=$1
  cmake -G Ninja -S third_party -B "$build" \
    -DCMAKE_TOOLCHAIN_FILE="$root/third_party/zig.cmake" &&
    cmake --build "$build" --target performance_client
}

renice -n 10 $$ >/dev/null
for PREBUILD_TARGET in "$@"; do
  export PREBUILD_TARGET
  build=$root/build/prebuild/$PREBUILD_TARGET
  export ZIG_LOCAL_CACHE_DIR=$build/zig-cache
  file=prebuilds/$PREBUILD_TARGET/performance_client.node
  started=$SECONDS

  discard_if_stale "$build"
  if ! build "$build" >"$build/log" 2>&1; then
    tail -n 40 "$build/log" >&2
    echo "$PREBUILD_TARGET: the build failed, see $build/log" >&2
    exit 1
  fi
  mkdir -p "$(dirname "$file")"
  cp "$build/performance_client.node" "$file"
  printf '%-44s %8d bytes %4d s\n' "$file" "$(stat -c %s "$file")" \
    $((SECONDS - started))
done
