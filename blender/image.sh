#!/bin/sh
# Makes an image of a folder that provider "debian" made, without a registry: sh blender/image.sh artifacts/toolchains/roots/debian-12-0005d851c771 | docker load
# Every byte of it follows from the folder's files, so whoever has the same lock gets the same id, which is the last word on standard error.
set -eu
root=${1:?give a folder below artifacts/toolchains/roots}
name=rayshard-$(basename "$root")
[ -x "$root/usr/bin/blender" ] || { echo "image.sh: there is no '$root/usr/bin/blender': build.sh --target=Provision --provider=debian makes such a folder" >&2; exit 7; }

work=$(mktemp -d "${TMPDIR:-/tmp}/rayshard-image-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/image"

# Names in order, no owners, no times, no umask: what differs from machine to machine.
pack() { tar --create --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=u+rw,go-w,a+rX,a-st "$@"; }
sha256() { sha256sum "$1" | cut -d ' ' -f 1; }

pack --directory "$root" --file "$work/image/layer.tar" --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale .

# The packages' scripts were not run, and they would have made the links to blas and lapack.
libraries=/usr/lib/x86_64-linux-gnu
printf '{"architecture":"amd64","config":{"Env":["PATH=/usr/bin:/bin","LD_LIBRARY_PATH=%s"]},"created":"1970-01-01T00:00:00Z","history":[{"created":"1970-01-01T00:00:00Z"}],"os":"linux","rootfs":{"diff_ids":["sha256:%s"],"type":"layers"}}' \
  "$libraries/blas:$libraries/lapack" "$(sha256 "$work/image/layer.tar")" > "$work/config.json"
id=$(sha256 "$work/config.json")
mv "$work/config.json" "$work/image/$id.json"
printf '[{"Config":"%s.json","RepoTags":["%s:latest"],"Layers":["layer.tar"]}]' "$id" "$name" > "$work/image/manifest.json"
echo "$name: sha256:$id" >&2
pack --directory "$work/image" --file - manifest.json "$id.json" layer.tar
