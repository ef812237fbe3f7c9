#!/usr/bin/env bash
# Writes the locks: every version and hash, no download address. The widest set first; the
# narrower ones are constrained by it, so that all of them agree.
set -euo pipefail
cd "$(dirname "$0")"
uv="${UV:-uv}"
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}
compile dev.in -o dev.txt
compile local.in -c dev.txt -o local.txt
compile services.in -c dev.txt -o services.txt
compile bootstrap.in -o bootstrap.txt
if grep -nE 'https?://|--(index-url|extra-index-url|find-links)' ./*.txt; then
    echo "a lock names a download address" >&2
    exit 1
fi
