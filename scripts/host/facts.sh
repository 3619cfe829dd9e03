#!/usr/bin/env bash
# Tells what only the machine knows, as `key=value` lines for the doctor. Changes nothing, tells no secret.
#   facts.sh          a machine with the containers of the compose file
#   facts.sh local    the desk of `npm start`
set -uo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
KIND=${1:-fleet}
AGENTS='orchestrator market-analyst portfolio-manager risk-manager trade-executor notification-manager parameter-optimizer mcp-hub-controller'

have() { command -v "$1" >/dev/null 2>&1; }
tell() { [ -z "$2" ] || printf '%s=%s\n' "$1" "$(tr '\n' ' ' <<<"$2" | sed 's/ *$//')"; }
yes_no() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
compose() { docker compose --project-directory "$ROOT" "$@"; }
# At most so long: a hanging container must not hang the doctor.
briefly() { timeout 20 "$@" 2>/dev/null </dev/null; }

tell_clock() {
  if have chronyc && chronyc -n tracking >/dev/null 2>&1; then
    tell clock.synchronised "$(yes_no grep -q 'Leap status *: Normal' <(chronyc -n tracking))"
    tell clock.offset_s "$(chronyc -n tracking | sed -n 's/^System time *: \([0-9.]*\) seconds.*/\1/p')"
  elif have timedatectl; then
    tell clock.synchronised "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)"
  fi
}

tell_disks() {
  local place
  for place in / "$ROOT" /var/lib/docker; do
    [ -d "$place" ] && paste -d ' ' <(df -Pk "$place" | awk 'NR == 2 { print $6, $4, $2 }') \
      <(df -Pi "$place" 2>/dev/null | awk 'NR == 2 { print ($2 > 0) ? 100 - $5 : 100 }')
  done | sort -u | sed 's/^/disk=/'
}

tell_memory() {
  [ -r /proc/meminfo ] || return 0
  awk '/^MemTotal/ { print "memory.total_kb=" $2 } /^MemAvailable/ { print "memory.available_kb=" $2 }
    /^SwapTotal/ { print "swap.total_kb=" $2 }' /proc/meminfo
}

tell_listeners() {
  have ss || return 0
  ss -Hltnp 2>/dev/null | awk '{
    place = $4; port = place; sub(/.*:/, "", port); address = place; sub(/:[0-9]+$/, "", address)
    program = ""; if (match($0, /\(\("[^"]+"/)) program = substr($0, RSTART + 3, RLENGTH - 4)
    print "listen=" address, port, program
  }' | sort -u
}

# name mode uid:gid bytes placeholder
tell_secrets() {
  local file placeholder
  for file in "$@"; do
    if [ ! -f "$file" ] || [ "${file##*.}" = md ]; then continue; fi
    placeholder=no
    grep -qE '^(your-|client-id$|client-secret$|xoxb-\.\.\.$)' "$file" 2>/dev/null && placeholder=yes
    printf 'secret=%s %s %s\n' "$(basename "$file")" "$(stat -c '%a %u:%g %s' "$file")" "$placeholder"
  done
}

tell_settings() {
  local name value
  for name in OCTANT_VERSION HTTP_PORT HTTPS_PORT OCTANT_LIVE COMPOSE_PROFILES NODE_BASE; do
    value=$(sed -n "s/^$name=//p" "$ROOT/.env" 2>/dev/null | tail -n 1)
    tell "env.$(tr '[:upper:]' '[:lower:]' <<<"$name")" "$value"
  done
}

tell_docker() {
  tell docker.version "$(briefly docker version --format '{{.Server.Version}}')"
  tell compose.version "$(briefly docker compose version --short)"
  briefly docker compose --project-directory "$ROOT" ps --all --quiet |
    xargs -r docker inspect --format \
      'container={{index .Config.Labels "com.docker.compose.service"}} {{.RestartCount}} {{.State.OOMKilled}} {{.State.Status}}' 2>/dev/null | sort
  tell node.fleet "$(briefly docker compose --project-directory "$ROOT" exec -T orchestrator node --version)"
}

# Every agent's program reads the files as they are now, in a container of its own: the running one's memory is bounded.
tell_configuration() {
  local agent running
  running=$(briefly docker compose --project-directory "$ROOT" ps --status running --services)
  for agent in $AGENTS guardian; do
    if ! grep -qx "$agent" <<<"$running"; then continue; fi
    ask_for_configuration "$agent" docker compose --project-directory "$ROOT" run --rm -T --no-deps "$agent" \
      node dist/main.js --check-config
  done
}

# ask_for_configuration AGENT COMMAND...
ask_for_configuration() {
  local agent=$1 answer
  shift
  if answer=$(timeout 60 "$@" 2>&1 </dev/null); then echo "config=$agent ok"; else tell config "$agent $answer"; fi
}

tell_local_configuration() {
  local agent
  have node || return 0
  for agent in $AGENTS; do
    if [ ! -f "$ROOT/agents/$agent/dist/main.js" ]; then continue; fi
    ask_for_configuration "$agent" env CONFIG_DIR="$ROOT/config" node "$ROOT/agents/$agent/dist/main.js" --check-config
  done
}

tell_backups() {
  local metrics
  tell backup "$(compose ps --all --services 2>/dev/null | grep -x backup)"
  metrics=$(briefly docker compose --project-directory "$ROOT" exec -T backup cat /textfile/octant_backup.prom)
  sed -n 's/^backup_last_success_timestamp_seconds /backup.last_success=/p
    s/^restore_drill_last_success_timestamp_seconds /backup.last_drill=/p
    s/^backup_offsite_last_success_timestamp_seconds /backup.last_offsite=/p
    s/^certificate_expiry_timestamp_seconds{name="\([^"]*\)"} /certificate=\1 /p' <<<"$metrics"
  # Whether there is one, not what it is: it may hold a password.
  tell backup.offsite "$(yes_no grep -qE '^BACKUP_OFFSITE_COMMAND=.+' "$ROOT/.env")"
}

tell_hardening() {
  have ufw || return 0
  local status
  status=$(LC_ALL=C ufw status verbose 2>/dev/null)
  tell ufw.active "$(yes_no grep -qx 'Status: active' <<<"$status")"
  tell ufw.deny "$(yes_no grep -q '^Default: deny (incoming)' <<<"$status")"
  tell docker_user.v4 "$(yes_no grep -qx -- '-A DOCKER-USER -j DROP' <(iptables -S DOCKER-USER 2>/dev/null))"
  tell docker_user.v6 "$(yes_no grep -qx -- '-A DOCKER-USER -j DROP' <(ip6tables -S DOCKER-USER 2>/dev/null))"
}

tell_updates() {
  have apt-config || return 0
  local settings
  settings=$(apt-config dump 2>/dev/null)
  tell upgrades.on "$(yes_no grep -q '^APT::Periodic::Unattended-Upgrade "[1-9]' <<<"$settings")"
  tell upgrades.without_docker "$(yes_no grep -q '^Unattended-Upgrade::Package-Blacklist:: "docker-ce"' <<<"$settings")"
  tell reboot.required "$(yes_no test -e /var/run/reboot-required)"
}

tell_ssh() {
  have sshd || return 0
  sshd -T 2>/dev/null | sed -n 's/^port /ssh.port=/p; s/^passwordauthentication /sshd.passwords=/p'
  tell fail2ban.active "$(yes_no systemctl is-active --quiet fail2ban)"
}

tell_clock
tell_disks
tell_memory
tell_listeners
if [ "$KIND" = local ]; then
  tell_secrets "${OCTANT_HOME:-$ROOT/.octant}"/*_token "${OCTANT_HOME:-$ROOT/.octant}"/*_password
  tell_local_configuration
else
  tell_settings
  tell_secrets "$ROOT"/secrets/*
  [ ! -d "$ROOT/secrets" ] || tell secrets.folder "$(stat -c '%a %u:%g' "$ROOT/secrets")"
  tell_docker
  tell_configuration
  tell_backups
  tell_hardening
  tell_updates
  tell_ssh
fi
