#!/usr/bin/env bash
# Fetches what the prebuilt addons are made of into build/third_party, each
# thing checked against the hash that third_party/ names: the tools (tools/ and,
# in it, zig), the C sources (crates/), and from npm Node-API's headers and the
# SBOM's writer (node_modules/).
# Does nothing while third_party/ is what it was.
set -euo pipefail

cd "$(dirname "$0")/../.."
folder=build/third_party
inputs=(
  scripts/prebuild/fetch.sh
  third_party/{Cargo.toml,Cargo.lock,package.json,package-lock.json,requirements.txt}
)
stamp=$(sha256sum "${inputs[@]}" | sha256sum | cut -d' ' -f1)

if [ "$(cat "$folder/stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi

# The crate carries libcurl as it is in git. A release has its version without
# the suffix, and a folder of manual pages that the build enters where Perl is.
as_released() {
  local header=$1/include/curl/curlver.h
  sed -i '/define LIBCURL_VERSION /s/-DEV"/"/' "$header"
  mkdir "$1/docs"
  touch "$1/docs/CMakeLists.txt"
}

rm -rf "$folder"
mkdir -p "$folder"

echo "zig and the build tools"
python3 -m venv "$folder/tools"
"$folder/tools/bin/pip" install --quiet --disable-pip-version-check \
  --no-deps --only-binary=:all: --require-hashes -r third_party/requirements.txt
ln -s "$(cd "$folder" && compgen -G 'tools/lib/python3*/site-packages/ziglang')" \
  "$folder/zig"

echo "C sources"
cargo vendor --quiet --locked --manifest-path third_party/Cargo.toml \
  "$folder/crates" >/dev/null
cp -r "$folder/crates/curl-sys/curl" "$folder/crates/curl"
as_released "$folder/crates/curl"

echo "Node-API's headers"
cp third_party/package.json third_party/package-lock.json "$folder"
npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error \
  >/dev/null

echo "$stamp" >"$folder/stamp"
