# shellcheck shell=bash
# Takes a backup. Sourced by backup.sh.

KEPT_ALWAYS=3

take_and_tell() {
  local started=$SECONDS
  take_backup
  prune
  date -u +%s >"$STATE/last-success"
  write_metrics
  log info "backup $NAME taken: $(du -sh "$BACKUP_DIR/$NAME" | cut -f1) in $((SECONDS - started)) s"
  if [ -n "$BACKUP_OFFSITE_COMMAND" ]; then send_offsite "$BACKUP_DIR/$NAME"; fi
}

# It has its name only when it is whole. Redis comes first: what it lists as done must be in the database of the backup,
# while a message that it still has and the database knows already is answered as a repeat.
take_backup() {
  make_work
  use_live_database
  NAME=octant-$(date -u +%Y%m%dT%H%M%SZ)
  PARTIAL=$BACKUP_DIR/.partial-$NAME
  export PARTIAL
  rm -rf "$BACKUP_DIR"/.partial-*
  mkdir -m 0700 "$PARTIAL"
  printf '%s' "$NAME" | encrypt >"$PARTIAL/key-check.gpg"
  dump_redis
  dump_roles
  dump_database
  pack_files
  write_manifest
  (cd "$PARTIAL" && sha256sum -- *.gpg manifest.json >SHA256SUMS)
  sync -f "$PARTIAL" || true
  mv "$PARTIAL" "$BACKUP_DIR/$NAME"
  PARTIAL=''
}

redis_live() {
  local password=''
  [ -z "${REDIS_PASSWORD_FILE:-}" ] || password=$(cat "$REDIS_PASSWORD_FILE")
  # Not as an argument: others can read those.
  REDISCLI_AUTH=$password "${REDIS_BIN}redis-cli" -h "$REDIS_HOST" -p "$REDIS_PORT" ${REDIS_USER:+--user "$REDIS_USER"} --no-auth-warning "$@"
}

dump_redis() {
  local version
  version=$(redis_live INFO server | tr -d '\r' | sed -n 's/^redis_version://p') || true
  [ -n "$version" ] || fail "Redis at $REDIS_HOST:$REDIS_PORT does not answer, or refuses the password: $(redis_live PING 2>&1 | tail -n 1)"
  REDIS_VERSION=$version
  redis_live --rdb - 2>"$WORK/redis.log" | encrypt >"$PARTIAL/redis.rdb.gpg" ||
    fail "Redis gave no snapshot: $(tail -n 1 "$WORK/redis.log")"
}

# Owners and grants of the dump name them; passwords are in the secrets.
dump_roles() {
  psql -XAtqc 'SELECT 1' >"$WORK/roles.log" 2>&1 || fail "Postgres does not take us in: $(tr '\n' ' ' <"$WORK/roles.log")"
  pg_dumpall --database="$PGDATABASE" --globals-only --no-role-passwords 2>"$WORK/roles.log" | encrypt >"$PARTIAL/roles.sql.gpg" ||
    fail "Postgres at $PGHOST:$PGPORT gave no roles: $(tail -n 1 "$WORK/roles.log")"
}

# The dump and the figures that it is held to see one and the same moment.
dump_database() {
  if ! psql -XAtq -v ON_ERROR_STOP=1 -v figures="$WORK/figures.txt" -f "$LIB/take.sql" >"$WORK/psql.log" 2>&1 ||
    [ ! -e "$WORK/dumped" ]; then
    fail "the database could not be dumped: $(cat "$WORK/psql.log" "$WORK/dump.log" 2>/dev/null | tail -n 3)"
  fi
  encrypt <"$WORK/figures.txt" >"$PARTIAL/figures.txt.gpg"
}

# Files that this user cannot read are named in the manifest, and are not in it.
pack_files() {
  local entry
  mkdir "$WORK/files"
  for entry in $BACKUP_FILES; do
    [ -e "${entry#*=}" ] || fail "BACKUP_FILES: expected ${entry#*=} to be there"
    ln -s "$(readlink -f "${entry#*=}")" "$WORK/files/${entry%%=*}"
  done
  (cd "$WORK/files" && find -L . -mindepth 1 ! -readable -prune -print) | sed 's|^\./||' | sort >"$WORK/unreadable"
  tar -C "$WORK/files" -chzf - --exclude-from="$WORK/unreadable" . | encrypt >"$PARTIAL/files.tar.gz.gpg"
}

write_manifest() {
  {
    printf '{\n'
    printf '  "format": 1,\n'
    printf '  "name": "%s",\n' "$NAME"
    printf '  "octantVersion": "%s",\n' "$(json_text "$OCTANT_VERSION")"
    printf '  "postgresVersion": "%s",\n' "$(psql -XAtqc 'SHOW server_version_num')"
    printf '  "redisVersion": "%s",\n' "$REDIS_VERSION"
    printf '  "database": "%s",\n' "$(json_text "$PGDATABASE")"
    printf '  "superuser": "%s",\n' "$(psql -XAtqc 'SELECT rolname FROM pg_roles WHERE oid = 10')"
    printf '  "notIncluded": "%s"\n' "$(json_text "$(tr '\n' ' ' <"$WORK/unreadable")")"
    printf '}\n'
  } >"$PARTIAL/manifest.json"
  [ ! -s "$WORK/unreadable" ] || log info "not in the backup, because this user cannot read it: $(tr '\n' ' ' <"$WORK/unreadable")"
}

# By age, but never the newest three.
prune() {
  local all name oldest
  mapfile -t all < <(backups)
  oldest=octant-$(date -u -d "-$BACKUP_RETENTION_DAYS days" +%Y%m%dT%H%M%SZ)
  for name in "${all[@]:0:$((${#all[@]} > KEPT_ALWAYS ? ${#all[@]} - KEPT_ALWAYS : 0))}"; do
    [[ $name < $oldest ]] || continue
    rm -rf "${BACKUP_DIR:?}/$name"
    log info "$name is older than $BACKUP_RETENTION_DAYS days and was removed"
  done
}

# A backup that stays on the machine goes with the machine.
offsite_and_tell() {
  [ -n "$BACKUP_OFFSITE_COMMAND" ] || bad_input 'BACKUP_OFFSITE_COMMAND: expected a command, was none'
  choose "${1:-}"
  make_work
  send_offsite "$DIRECTORY"
}

send_offsite() {
  local code=0 name
  name=$(basename "$1")
  bash -c "$BACKUP_OFFSITE_COMMAND" offsite "$1" "$name" >"$WORK/offsite.log" 2>&1 || code=$?
  [ "$code" = 0 ] || fail "$name was not sent: BACKUP_OFFSITE_COMMAND ended with $code: $(tail -n 3 "$WORK/offsite.log")"
  date -u +%s >"$STATE/last-offsite"
  printf '%s' "$name" >"$STATE/last-offsite-name"
  write_metrics
  log info "$name was sent off-site"
}

is_unsent() {
  [ -n "$BACKUP_OFFSITE_COMMAND" ] && [ -n "$(newest)" ] && [ "$(newest)" != "$(kept last-offsite-name)" ]
}
