#!/usr/bin/env bash
# Installs the Debian packages that one kind of work needs, but only those whose
# tool or library is missing. Prints nothing when all is there.
#
#   scripts/setup.sh build    to compile the addon; the demo needs no more
#   scripts/setup.sh run      the proxy's demo, the benchmarks, chaos and soak
#   scripts/setup.sh queue    bulk jobs by way of a queue: their demo and siege
#   scripts/setup.sh native   the C tests
#   scripts/setup.sh fuzz     the fuzzers
#   scripts/setup.sh prebuild the prebuilt addons
#   scripts/setup.sh test     everything that `make test` runs
set -euo pipefail

missing=()

need_command() {
  command -v "$1" >/dev/null || missing+=("$2")
}

need_library() {
  pkg-config --exists "$1" 2>/dev/null || missing+=("$2")
}

need_file() {
  [ -e "$1" ] || missing+=("$2")
}

# Debian keeps it out of the way of its own versions.
need_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ||
    need_command postgres postgresql
}

# Clang's own folder tells, as the file's name has the machine's in it.
need_fuzzer_runtime() {
  compgen -G "$(clang-14 -print-resource-dir 2>/dev/null)/lib/linux/*fuzzer*" \
    >/dev/null || missing+=(libclang-rt-14-dev)
}

can_be_root() {
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

group=${1:-}
case $group in
build | run | native | fuzz | queue | prebuild | test) ;;
*)
  echo "usage: $0 build|run|native|fuzz|queue|prebuild|test" >&2
  exit 2
  ;;
esac

node_major=$(node -p 'parseInt(process.versions.node)' 2>/dev/null || true)
if [ "${node_major:-0}" -lt 20 ]; then
  echo "Node.js 20 or newer is needed; see https://nodejs.org" >&2
  exit 1
fi

need_command gcc gcc
need_command make make
need_command python3 python3
need_command pkg-config pkg-config
need_library libcurl libcurl4-openssl-dev
need_library libcjson libcjson-dev
need_library zlib zlib1g-dev
need_library libbrotlidec libbrotli-dev
need_library libzstd libzstd-dev
need_file /usr/include/features.h libc6-dev

case $group in
run | test)
  need_command openssl openssl
  need_command curl curl
  need_command ip iproute2
  need_command unshare util-linux
  ;;&
queue | test)
  need_command redis-server redis-server
  need_postgres
  ;;&
fuzz)
  need_command clang-14 clang-14
  need_fuzzer_runtime
  ;;
prebuild)
  # Debian's own cargo is older than the lock file's format; its browsers are
  # built with this one.
  need_command cargo cargo-web
  need_command readelf binutils
  python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
  ;;
test)
  need_command chromium chromium
  need_command clang-format-14 clang-format-14
  need_command clang-tidy-14 clang-tidy-14
  ;;
esac

[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null || ! can_be_root; then
  echo "Packages are missing and cannot be installed from here. Run:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y ${missing[*]}" >&2
  exit 1
fi

echo "installing ${missing[*]}"
if ! install_packages 2>/dev/null; then
  as_root apt-get update -qq
  install_packages
fi
