# shellcheck shell=bash
# Restore drill: a backup is worth what it can bring back. Sourced by backup.sh.

DRILL_WAIT_S=60

drill_and_tell() {
  local started=$SECONDS
  choose "${1:-}"
  make_work
  drill "$DIRECTORY"
  date -u +%s >"$STATE/last-drill"
  write_metrics
  log info "restore drill of $(basename "$DIRECTORY") passed in $((SECONDS - started)) s: $(wc -l <"$WORK/figures.txt") figures equal to the last digit, $DRILL_KEYS keys in Redis"
}

# Servers of its own, reached by socket files alone: nothing of the live ones is touched.
drill() {
  local directory=$1
  verify "$directory"
  DRILL=$(mktemp -d "$BACKUP_DIR/.drill.XXXXXX")
  open_part "$directory" figures.txt >"$WORK/figures.txt"
  drill_database "$directory"
  drill_redis "$directory"
  drill_files "$directory"
}

drill_database() {
  local directory=$1
  # Grants say who granted: the first role must be the same one, which then is there already.
  DRILL_USER=$(field "$directory" superuser)
  start_drill_postgres
  open_part "$directory" roles.sql | grep -vxF -e "CREATE ROLE $DRILL_USER;" -e "CREATE ROLE \"$DRILL_USER\";" | drill_psql -f - >"$WORK/roles.log" 2>&1 ||
    fail "the roles do not come back: $(grep -m 1 ERROR "$WORK/roles.log")"
  open_part "$directory" postgres.dump |
    PGPASSWORD='' pg_restore -h "$WORK" -U "$DRILL_USER" -d postgres --create --exit-on-error >"$WORK/restore.log" 2>&1 ||
    fail "the database does not come back: $(tail -n 2 "$WORK/restore.log")"
  drill_psql -d "$(field "$directory" database)" -f "$LIB/figures.sql" >"$WORK/restored.txt" 2>"$WORK/restored.log" ||
    fail "the restored database cannot be read: $(tail -n 1 "$WORK/restored.log")"
  compare_figures "$WORK/figures.txt" "$WORK/restored.txt"
}

compare_figures() {
  [ -s "$1" ] || fail 'the backup has no figures to compare with'
  diff "$1" "$2" >"$WORK/difference" && return 0
  fail "the restored database differs (< as it was live, > as restored): $(grep '^[<>]' "$WORK/difference" | head -n 6)"
}

start_drill_postgres() {
  initdb -D "$DRILL/postgres" -U "$DRILL_USER" --auth=trust --encoding=UTF8 --no-instructions --no-sync >"$WORK/initdb.log" 2>&1 ||
    fail "initdb failed: $(grep -m 1 -iE 'error|fatal' "$WORK/initdb.log" || tail -n 1 "$WORK/initdb.log")"
  # Nothing here has to survive a power cut.
  postgres -D "$DRILL/postgres" -c listen_addresses= -c unix_socket_directories="$WORK" -c fsync=off -c full_page_writes=off \
    -c max_connections=10 -c shared_buffers=32MB >"$WORK/postgres.log" 2>&1 &
  DRILL_POSTGRES=$!
  wait_for "the drill's Postgres" "$WORK/postgres.log" drill_psql -c 'SELECT 1'
}

drill_psql() { PGPASSWORD='' psql -XAtq -v ON_ERROR_STOP=1 -h "$WORK" -p "$PGPORT" -U "$DRILL_USER" -d postgres "$@"; }

drill_redis() {
  mkdir "$DRILL/redis"
  open_part "$1" redis.rdb >"$DRILL/redis/dump.rdb"
  "${REDIS_BIN}redis-server" --port 0 --unixsocket "$WORK/redis.sock" --dir "$DRILL/redis" --save '' --appendonly no --daemonize no >"$WORK/redis.log" 2>&1 &
  DRILL_REDIS=$!
  wait_for "the drill's Redis" "$WORK/redis.log" drill_redis_is_loaded
  DRILL_KEYS=$("${REDIS_BIN}redis-cli" -s "$WORK/redis.sock" DBSIZE)
}

drill_redis_is_loaded() { [ "$("${REDIS_BIN}redis-cli" -s "$WORK/redis.sock" PING 2>/dev/null)" = PONG ]; }

drill_files() {
  open_part "$1" files.tar.gz | tar -tzf - >"$WORK/listing" || fail 'the files cannot be unpacked'
}

# wait_for WHAT LOG COMMAND...
wait_for() {
  local what=$1 log_file=$2 until=$((SECONDS + DRILL_WAIT_S))
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || fail "$what was not ready within $DRILL_WAIT_S s: $(tail -n 2 "$log_file")"
    jobs -r | grep -q . || fail "$what ended: $(tail -n 2 "$log_file")"
    sleep 0.2
  done
}

stop_drill_servers() {
  local pid
  for pid in ${DRILL_POSTGRES:-} ${DRILL_REDIS:-}; do kill -INT "$pid" 2>/dev/null || continue; done
  for pid in ${DRILL_POSTGRES:-} ${DRILL_REDIS:-}; do wait "$pid" 2>/dev/null || true; done
  DRILL_POSTGRES='' DRILL_REDIS=''
}
