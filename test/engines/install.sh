#!/bin/sh
# Installs what the engine and package tests need from Debian: three browsers and a screen for the one that has no headless mode.
set -e
for command in chromium firefox-esr WebKitWebDriver xvfb-run; do
  command -v "$command" > /dev/null || missing=yes
done
[ -z "$missing" ] && exit 0
apt-get -o DPkg::Lock::Timeout=300 update -qq
DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends chromium firefox-esr webkit2gtk-driver xvfb xauth > /dev/null
