#!/bin/sh
# Installs what runs arm64's Node on another processor: Debian's qemu-user and arm64 libraries, and Node from npm.
set -e
command -v qemu-aarch64 > /dev/null && [ -e /usr/aarch64-linux-gnu/lib/libstdc++.so.6 ] || {
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends qemu-user libc6-arm64-cross libstdc++6-arm64-cross > /dev/null
}
npm ci --prefix test/engines/arm64 --force --ignore-scripts --no-audit --no-fund
