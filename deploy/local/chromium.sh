#!/usr/bin/env bash
# Sees to it that there is a Chromium for the browser tests: one on the PATH, else from the
# system's package manager where that is allowed, else from Playwright's own installer ($1).
set -euo pipefail

on_path() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

if on_path >/dev/null; then
    exit 0
fi

root=""
if [ "$(id -u)" -ne 0 ]; then root="sudo -n"; fi
if command -v apt-get >/dev/null && { [ -z "$root" ] || sudo -n true 2>/dev/null; }; then
    echo "installing Chromium with apt-get"
    if $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium >/dev/null && on_path >/dev/null; then
        exit 0
    fi
fi

echo "installing Chromium with Playwright"
if "$1" install chromium; then
    exit 0
fi
echo "No Chromium for the browser tests: install one, so that \`chromium\` is on the PATH." >&2
exit 1
