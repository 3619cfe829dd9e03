#!/usr/bin/env bash
# Makes a signed package archive in /repo with packages of the names that Docker's has; its docker only writes down what it
# is told. Run in a throw-away Debian.
set -euo pipefail
apt-get -q update
apt-get -q install -y --no-install-recommends gnupg iproute2 openssh-server
export GNUPGHOME=/root/archive-key
mkdir -p -m 0700 "$GNUPGHOME"
gpg --batch --passphrase '' --quick-gen-key archive rsa2048 sign never
arch=$(dpkg --print-architecture)
base=/repo/debian lists=dists/bookworm/stable/binary-$arch
mkdir -p "$base/$lists" "$base/pool"
cd "$base"
for name in docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin; do
  work=$(mktemp -d)
  mkdir -p "$work/DEBIAN" "$work/usr/bin" "$work/usr/share/doc/$name"
  # A file of its own: dpkg lets a package vanish that has none.
  echo stand-in >"$work/usr/share/doc/$name/stand-in"
  printf 'Package: %s\nVersion: 1\nArchitecture: %s\nMaintainer: t <t@example.com>\nDescription: stand-in\n' "$name" "$arch" >"$work/DEBIAN/control"
  if [ "$name" = docker-ce-cli ]; then
    printf '#!/bin/sh\necho "docker $*" >>/var/log/docker-calls\n' >"$work/usr/bin/docker"
    chmod 0755 "$work/usr/bin/docker"
  fi
  dpkg-deb -b "$work" "pool/$name.deb"
  {
    dpkg-deb -f "pool/$name.deb"
    printf 'Filename: pool/%s.deb\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "pool/$name.deb")" "$(sha256sum "pool/$name.deb" | cut -d ' ' -f 1)"
  } >>"$lists/Packages"
done
cd dists/bookworm
packages=stable/binary-$arch/Packages
{
  printf 'Origin: stand-in\nSuite: bookworm\nCodename: bookworm\nArchitectures: %s\nComponents: stable\nDate: %s\nSHA256:\n' "$arch" "$(date -Ru)"
  printf ' %s %s %s\n' "$(sha256sum "$packages" | cut -d ' ' -f 1)" "$(stat -c %s "$packages")" "$packages"
} >Release
gpg --batch --clearsign -o InRelease Release
gpg --armor --export >"$base/gpg"
gpg --with-colons -k | awk -F: '$1 == "fpr" { print $10; exit }' >/repo/fingerprint
