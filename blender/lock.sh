#!/bin/sh
# Writes the lock of a Debian suite's Blender to standard output: every package it needs, by SHA-256. Touches nothing of the system.
# sid moves on, and a mirror may be behind it by more than its Release file is valid for: its date is not checked.
# sh blender/lock.sh trixie > blender/locks/debian-13.lock
set -eu
suite=${1:?give a suite: bullseye, bookworm, trixie, sid}
mirror=${2:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/etc/apt/preferences.d" "$work/etc/apt/apt.conf.d" "$work/state/lists/partial" "$work/cache/archives/partial"
: > "$work/status"
echo "deb [signed-by=$keyring] $mirror $suite main" > "$work/etc/apt/sources.list"
cat > "$work/apt.conf" <<X
Dir "$work"; Dir::Etc "$work/etc/apt"; Dir::State "$work/state"; Dir::State::status "$work/status"; Dir::Cache "$work/cache";
APT::Sandbox::User ""; APT::Architecture "amd64"; APT::Architectures { "amd64"; };
APT::Install-Recommends "false"; Acquire::Languages "none"; Acquire::ForceHash "SHA256"; Acquire::Check-Valid-Until "false";
#clear APT::Update::Post-Invoke; #clear APT::Update::Post-Invoke-Success; #clear DPkg::Post-Invoke;
X
export APT_CONFIG="$work/apt.conf"
apt-get update -q >&2

# numpy: the worker needs it, and Debian's Blender only recommends it. Software renderer and libGL: the Viewer needs a window, and Blender 5
# opens libGL by name. cattrs, requests: an add-on of Blender 5.2 that starts by itself imports them, and no package depends on them;
# Debian 11 has no cattrs.
extra=$(apt-cache show python3-cattr >/dev/null 2>&1 && echo python3-cattr python3-requests) || extra=
apt-get install --print-uris -qq blender python3-numpy libgl1-mesa-dri libgl1 $extra > "$work/uris"
echo "# Debian $suite, $(date -u +%Y-%m-%d): sha256, and path below a mirror. Written by blender/lock.sh."
sed -n "s|^'$mirror/\([^']*\)' [^ ]* [0-9]* SHA256:\([0-9a-f]*\)\$|\2  \1|p" "$work/uris" | sed 's/%2b/+/g; s/%7e/~/g; s/%3a/:/g' | sort -k 2
