# shellcheck shell=bash
# Puts a database back for real. Sourced by backup.sh.

# restore_database NAME --yes: the present database is renamed, the restored one takes its name once its figures are right.
restore_database() {
  local directory database=$PGDATABASE set_aside
  choose "$1"
  directory=$DIRECTORY
  [ "${2:-}" = --yes ] || bad_input "restore-database: expected --yes behind the name: it replaces the database $database"
  make_work
  use_live_database
  verify "$directory"
  [ "$(field "$directory" database)" = "$database" ] ||
    fail "expected a backup of the database $database, was one of $(field "$directory" database)"
  refuse_sessions "$database"
  open_part "$directory" figures.txt >"$WORK/figures.txt"
  set_aside=${database}_before_$(date -u +%Y%m%dt%H%M%Sz)
  maintenance "ALTER DATABASE \"$database\" RENAME TO \"$set_aside\"" || fail "$database could not be set aside: $(cat "$WORK/psql.log")"
  if restore_dump "$directory" "$database"; then
    log info "$database is as in $(basename "$directory"); what it was is $set_aside: drop it when all is well"
    return 0
  fi
  maintenance "DROP DATABASE IF EXISTS \"$database\" WITH (FORCE)" && maintenance "ALTER DATABASE \"$set_aside\" RENAME TO \"$database\"" ||
    fail "the restore failed, and $set_aside could not get its name back: ALTER DATABASE \"$set_aside\" RENAME TO \"$database\""
  fail "the restore failed, $database is what it was: $(cat "$WORK/why")"
}

# Roles first, for grants name them; those that are there stay as they are.
restore_dump() {
  open_part "$1" roles.sql >"$WORK/roles.sql"
  psql -XAtq -d postgres -f "$WORK/roles.sql" >/dev/null 2>&1 || true
  if ! open_part "$1" postgres.dump | pg_restore -d postgres --create --exit-on-error >"$WORK/restore.log" 2>&1; then
    tail -n 2 "$WORK/restore.log" >"$WORK/why"
    return 1
  fi
  psql -XAtq -v ON_ERROR_STOP=1 -d "$2" -f "$LIB/figures.sql" >"$WORK/restored.txt" 2>"$WORK/why" || return 1
  diff "$WORK/figures.txt" "$WORK/restored.txt" >"$WORK/why"
}

maintenance() { psql -XAtq -v ON_ERROR_STOP=1 -d postgres -c "$1" >"$WORK/psql.log" 2>&1; }

# Whoever is still connected would write into the database that is set aside.
refuse_sessions() {
  local others
  others=$(psql -XAtqc "SELECT coalesce(string_agg(DISTINCT coalesce(nullif(application_name, ''), usename), ', '), '')
    FROM pg_stat_activity WHERE datname = '$1' AND pid <> pg_backend_pid() AND backend_type = 'client backend'" -d postgres) ||
    fail "Postgres at $PGHOST:$PGPORT does not answer"
  [ -z "$others" ] || fail "expected nobody at the database $1, were: $others. Stop the agents first (scripts/host/restore.sh does)"
}
