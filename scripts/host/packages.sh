# shellcheck shell=bash
# Packages of the system, and Docker from its vendor's signed archive. Sourced by setup.sh.

DOCKER_APT_URL=${DOCKER_APT_URL:-https://download.docker.com/linux}
# Fingerprint that Docker publishes for its archive's key; a mirror signed by somebody else brings its own.
DOCKER_APT_FINGERPRINT=${DOCKER_APT_FINGERPRINT:-9DC858229FC7DD38854AE2D88D81803C0EBFCD88}
DOCKER_PACKAGES='docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin'
SYSTEM_PACKAGES='ca-certificates curl gnupg openssl git iproute2 iptables ufw fail2ban unattended-upgrades chrony'
LISTS_FRESH=no

install_system_packages() {
  step 'Packages of the system'
  # shellcheck disable=SC2086  # a list of names
  install_packages $SYSTEM_PACKAGES
}

install_packages() {
  local name missing=''
  for name in "$@"; do is_installed "$name" || missing="$missing $name"; done
  if [ -z "$missing" ]; then
    ok "$* are there"
    return 0
  fi
  refresh_lists
  # shellcheck disable=SC2086
  change "install$missing" apt_get install -y --no-install-recommends $missing
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]; }

refresh_lists() {
  [ "$LISTS_FRESH" = yes ] && return 0
  change 'read the package lists' apt_get update
  LISTS_FRESH=yes
}

# An upgrade that runs in the background has the lock for a while; a question would wait for ever.
apt_get() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@"
}

install_docker() {
  step 'Docker, from the archive of its vendor'
  refuse_foreign_docker
  put_docker_key
  if put_file "$ETC/apt/sources.list.d/docker.sources" 0644 <<LIST; then LISTS_FRESH=no; fi
Types: deb
URIs: $DOCKER_APT_URL/$OS_ID
Suites: $OS_CODENAME
Components: stable
Architectures: $(dpkg --print-architecture)
Signed-By: $ETC/apt/keyrings/docker.asc
LIST
  # shellcheck disable=SC2086
  install_packages $DOCKER_PACKAGES
  configure_docker
  enable_service docker
}

# Two engines on one machine fight for the same socket.
refuse_foreign_docker() {
  local name
  for name in docker.io podman-docker; do
    is_installed "$name" || continue
    die 1 "$name is installed and would fight with Docker's own packages" \
      "apt-get remove $name (images and volumes stay), then run setup.sh again."
  done
}

put_docker_key() {
  local key=$ETC/apt/keyrings/docker.asc fetched found
  if [ -f "$key" ] && [ "$(fingerprint_of "$key")" = "$DOCKER_APT_FINGERPRINT" ]; then return 0; fi
  if [ "$DRY_RUN" = yes ]; then
    changed "$key, from $DOCKER_APT_URL/$OS_ID/gpg, if its fingerprint is $DOCKER_APT_FINGERPRINT"
    return 0
  fi
  fetched=$(mktemp)
  curl -fsSL --max-time 60 --retry 3 "$DOCKER_APT_URL/$OS_ID/gpg" -o "$fetched" ||
    die 1 "the key of Docker's archive is not to be had at $DOCKER_APT_URL/$OS_ID/gpg" \
      'check the way to the internet, or name a mirror in DOCKER_APT_URL.'
  found=$(fingerprint_of "$fetched")
  [ "$found" = "$DOCKER_APT_FINGERPRINT" ] ||
    die 1 "expected Docker's key $DOCKER_APT_FINGERPRINT, was ${found:-no key}" \
      'do not trust that address; for a mirror with a key of its own set DOCKER_APT_FINGERPRINT.'
  put_file "$key" 0644 <"$fetched" || true
  rm -f "$fetched"
}

fingerprint_of() {
  gpg --batch --show-keys --with-colons "$1" 2>/dev/null | awk -F: '$1 == "fpr" { print $10; exit }'
}

# A file that somebody wrote stays; the compose file bounds the logs of its own services anyway.
configure_docker() {
  local file=$ETC/docker/daemon.json
  if [ -f "$file" ]; then
    ok "$file is there, and stays as it is"
    return 0
  fi
  put_file "$file" 0644 <<'JSON' || return 0
{
  "live-restore": true,
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "5" },
  "userland-proxy": true
}
JSON
  if is_installed docker-ce && have_systemd; then restart_service docker; fi
}
