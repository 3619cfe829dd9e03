# shellcheck shell=bash
# The container's life: what is due is done, by the age of what is there, so that a restart neither repeats nor forgets.
# Sourced by backup.sh.

TICK_S=60
RETRY_S=900
ALIVE_S=300
PULSE=${TMPDIR:-/tmp}/backup-pulse

serve() {
  local offsite=off
  LOG_FORMAT=json
  # The command may hold what nobody should read.
  [ -z "$BACKUP_OFFSITE_COMMAND" ] || offsite=on
  trap 'exit 0' TERM INT
  log info "a backup every $BACKUP_INTERVAL_HOURS h, a drill every $BACKUP_DRILL_INTERVAL_DAYS days, kept for $BACKUP_RETENTION_DAYS days, off-site: $offsite"
  while true; do
    touch "$PULSE"
    write_metrics || log warn 'the metrics file cannot be written'
    if is_due last-success $((BACKUP_INTERVAL_HOURS * 3600)); then attempt once; fi
    if [ "$BACKUP_DRILL_INTERVAL_DAYS" -gt 0 ] && [ -n "$(newest)" ] && is_due last-drill $((BACKUP_DRILL_INTERVAL_DAYS * 86400)); then attempt drill; fi
    if is_unsent && has_rested; then attempt offsite; fi
    touch "$PULSE"
    sleep "$TICK_S" &
    wait $!
  done
}

# A failure is tried again after a while, not with every tick.
is_due() {
  local now age
  now=$(date -u +%s)
  age=$((now - $(kept "$1" | grep -E '^[0-9]+$' || echo 0)))
  [ "$age" -ge "$2" ] && has_rested
}

has_rested() { [ $(($(date -u +%s) - ${LAST_ATTEMPT_FAILED:-0})) -ge "$RETRY_S" ]; }

# In a process group of its own, which a stop ends as a whole, and which cleans up after itself. Long work must not look
# like a hang.
attempt() {
  local worker
  set -m
  (
    case $1 in
      once) locked take_and_tell ;;
      drill) locked drill_and_tell '' ;;
      offsite) locked offsite_and_tell '' ;;
    esac
  ) &
  worker=$!
  set +m
  trap 'kill -TERM -- "-$worker" 2>/dev/null; wait "$worker"; exit 0' TERM INT
  while kill -0 "$worker" 2>/dev/null; do
    touch "$PULSE"
    sleep 5 &
    wait -n "$worker" $! || true
  done
  if wait "$worker"; then LAST_ATTEMPT_FAILED=0; else note_failure; fi
  trap 'exit 0' TERM INT
}

note_failure() {
  LAST_ATTEMPT_FAILED=$(date -u +%s)
  printf '%s\n' "$LAST_ATTEMPT_FAILED" >"$STATE/last-failure"
}

is_serving() { [ -e "$PULSE" ] && [ $(($(date +%s) - $(stat -c %Y "$PULSE"))) -le "$ALIVE_S" ]; }
