# shellcheck shell=bash
# What the environment says, and how the program speaks. Sourced by backup.sh.

LOG_FORMAT=plain

# log LEVEL MESSAGE: a line for people, or JSON for the log store while serving.
log() {
  if [ "$LOG_FORMAT" = json ]; then
    printf '{"time":"%s","level":"%s","service":"backup","msg":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)" "$1" "$(json_text "$2")"
  else
    printf '%s\n' "$2" >&2
  fi
}

json_text() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  printf '%s' "${text//$'\t'/ }"
}

fail() {
  log error "$1"
  exit 1
}

bad_input() {
  log error "$1"
  exit 2
}

read_settings() {
  BACKUP_DIR=${BACKUP_DIR:-/backups}
  BACKUP_FILES=${BACKUP_FILES:-}
  TEXTFILE_DIR=${TEXTFILE_DIR:-}
  CERTS_DIR=${CERTS_DIR:-}
  BACKUP_OFFSITE_COMMAND=${BACKUP_OFFSITE_COMMAND:-}
  BACKUP_INTERVAL_HOURS=$(whole_number BACKUP_INTERVAL_HOURS 24 1)
  BACKUP_DRILL_INTERVAL_DAYS=$(whole_number BACKUP_DRILL_INTERVAL_DAYS 7 0)
  BACKUP_RETENTION_DAYS=$(whole_number BACKUP_RETENTION_DAYS 14 1)
  REDIS_HOST=${REDIS_HOST:-redis}
  REDIS_PORT=${REDIS_PORT:-6379}
  REDIS_USER=${REDIS_USER:-}
  REDIS_BIN=${REDIS_BIN:-}
  OCTANT_VERSION=${OCTANT_VERSION:-unknown}
  export PGHOST=${PGHOST:-postgres} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-octant} PGDATABASE=${PGDATABASE:-octant}
  export PGCONNECT_TIMEOUT=10 PGTZ=UTC LC_ALL=C.UTF-8
  [ -d "$BACKUP_DIR" ] && [ -w "$BACKUP_DIR" ] || fail "BACKUP_DIR: expected a directory that can be written, was $BACKUP_DIR"
  [ -s "${BACKUP_KEY_FILE:-}" ] || fail "BACKUP_KEY_FILE: expected a file with the key, was '${BACKUP_KEY_FILE:-}'"
  STATE=$BACKUP_DIR/.state
  mkdir -p "$STATE"
}

whole_number() {
  local value=${!1:-$2}
  [[ $value =~ ^[0-9]{1,5}$ ]] && [ "$value" -ge "$3" ] || bad_input "$1: expected a whole number from $3 on, was '$value'"
  printf '%s' "$value"
}

# The live database's password, where it needs one.
use_live_database() {
  [ -n "${POSTGRES_PASSWORD_FILE:-}" ] || return 0
  [ -r "$POSTGRES_PASSWORD_FILE" ] || fail "POSTGRES_PASSWORD_FILE: expected a readable file, was $POSTGRES_PASSWORD_FILE"
  PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
  export PGPASSWORD
}

# One at a time: the container's own backup and one by hand would delete each other's work.
locked() {
  exec 8>"$BACKUP_DIR/.lock"
  flock -n 8 || fail 'another backup or drill is at work: wait for it to end'
  "$@"
}

# A directory of our own that goes whatever happens.
make_work() {
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/backup.XXXXXX")
  trap 'clean_up' EXIT
  export WORK
}

clean_up() {
  stop_drill_servers
  rm -rf "${WORK:-}" "${DRILL:-}" "${PARTIAL:-}"
}
