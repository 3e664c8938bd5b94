#!/bin/sh
# Installs by apt what rendering needs, and with --tests or --bench what the tests or the benchmark need beside. Run as root. With --check: says the one line to type and ends
# with 7 where something is missing.
set -eu
here=$(dirname "$0")

check= tests= bench=
for argument; do
  case $argument in
    --check) check=yes ;;
    # A real browser opens the report, bundles go to real servers, and exports are opened by their readers; whoever only renders gets none of them.
    --tests) tests="chromium docker-registry skopeo nginx-light curl ceph-mon ceph-osd radosgw ceph-common python3-h5py python3-zarr netpbm" ;;
    # One of the peers, and the registry that bundles go to.
    --bench) bench="python3-h5py docker-registry" ;;
  esac
done

command -v dpkg-query >/dev/null || { [ -n "$check" ] && exit 0; echo "install.sh: no apt here; the pinned Blender is a package of Debian" >&2; exit 7; }

installed() { dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

# The pins, one "package=version" a line. Another version that is there already is left alone: Provision names both and the way out.
pins() {
  awk -F'"' '/"package":/ { name = $4 } /"package_version":/ && name { print name "=" $4; name = "" }' "$here/toolchains.json"
}

# numpy: Debian's Blender only recommends it, and the worker and the interop tests need it. Xvfb brings Mesa's software renderer for the
# Viewer, and Blender brings the ICU that .NET needs. bubblewrap runs the Blenders that live in a folder of their own.
missing=
for package in $(pins) xvfb python3-numpy bubblewrap $tests $bench; do
  installed "${package%%=*}" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ -n "$check" ]; then
  echo "sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
  exit 7
fi

export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -o DPkg::Lock::Timeout=600 "$@"; }
install() { apt install -y -q --no-install-recommends "$@" $missing; }

install --simulate >/dev/null 2>&1 || apt update -q
install || { apt update -q && install; } || {
  echo "install.sh: apt can't install$missing. The pins are those of $(sed -n 's/^ *"release": *"\([^"]*\)".*/\1/p' "$here/toolchains.json" | sort -u | tr '\n' ' ')" >&2
  exit 7
}
