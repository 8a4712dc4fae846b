#!/bin/sh
# The page test drives a real browser. Debian's chromium is installed where it is missing and apt-get may be used.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium for the page test ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
        || echo "Installing chromium failed: the page test will fail. Install it by hand."
else
    echo "The page test needs chromium. On Debian: sudo apt-get install chromium"
fi
