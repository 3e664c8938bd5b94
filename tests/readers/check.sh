#!/bin/sh
# Opens a bundle with the packages that others use, as they come from PyPI: check.sh BUNDLE. Ends with 1 where one of them can't, and names it.
# Needs Python 3.11 or newer and PyPI (some 3 GB come, most of them PyTorch's), so CI does not run it; README.md beside it says what CI has instead.
set -eu
bundle=$(realpath "${1:?give the folder of a bundle}")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
# Apart from the rest: it brings an old webdataset along.
"$work/venv/bin/pip" install --quiet --no-deps --target "$work/wids" wids==0.1.11

failed=
for reader in webdataset wids hugging_face hugging_face_streaming pandas duckdb mlcroissant torch grain; do
  (cd "$work" && HF_HOME="$work/hf" HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 WIDS="$work/wids" "$work/venv/bin/python" "$here/check.py" "$reader" "$bundle") || failed="$failed $reader"
done
"$work/venv/bin/rocrate-validator" validate "$bundle" || failed="$failed roc-validator"

[ -z "$failed" ] || { echo "check.sh: not opened by$failed" >&2; exit 1; }
