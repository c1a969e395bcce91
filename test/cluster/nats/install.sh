#!/bin/sh
# Installs what the tests of clusters need from Debian: a NATS server, and certificates made on the spot.
set -e
for command in nats-server openssl; do
  command -v "$command" > /dev/null || missing=yes
done
[ -z "$missing" ] && exit 0
apt-get -o DPkg::Lock::Timeout=300 update -qq
DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends nats-server openssl > /dev/null
