# shellcheck shell=bash
# What restore.sh and upgrade.sh have in common. Sourced by them; PROGRAM and ROOT are theirs.

COMPOSE_WAIT_S=${COMPOSE_WAIT_S:-300}

say() { printf '%s\n' "$*"; }

# fail MESSAGE REMEDY
fail() {
  printf '\n%s: %s\n  What to do: %s\n' "$PROGRAM" "$1" "$2" >&2
  exit 1
}

bad_input() {
  printf '%s: %s\n' "$PROGRAM" "$1" >&2
  exit 2
}

compose() { docker compose --project-directory "$ROOT" "$@"; }

# Stores stay up; everybody who writes to them stops, drained.
stop_writers() {
  local services
  services=$(compose ps --status running --services </dev/null | grep -vxE 'redis|postgres|prometheus|alertmanager|node_exporter|loki|grafana|alloy' | tr '\n' ' ') || true
  [ -n "$services" ] || return 0
  say "stopping: $services"
  # shellcheck disable=SC2086  # a list of names
  compose stop $services </dev/null
}

start_all() { compose up -d --wait --wait-timeout "$COMPOSE_WAIT_S" --remove-orphans </dev/null; }

setting() { sed -n "s/^$1=//p" "$ROOT/.env" 2>/dev/null | tail -n 1; }

# The next one alone: two at once would undo each other.
take_lock() {
  # An upgrade that restores has it already.
  [ "${OCTANT_LOCKED:-no}" = no ] || return 0
  mkdir -p "$ROOT/.octant"
  exec 9>"$ROOT/.octant/host.lock"
  flock -n 9 || fail 'another restore or upgrade is at work' 'wait for it to end.'
  export OCTANT_LOCKED=yes
}
