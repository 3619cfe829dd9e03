#!/usr/bin/env bash
# Puts a backup back: the database and Redis of this desk, or the files of a backup into a folder.
set -euo pipefail

PROGRAM=restore.sh
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/host/speak.sh
. "$ROOT/scripts/host/speak.sh"

usage() {
  cat <<'HELP'
Usage: restore.sh NAME [--yes] [--without-redis] [--no-safety-backup] [--no-start]
       restore.sh files NAME --into DIR

Puts the database and Redis of the desk back to the backup NAME (docker compose run --rm backup list). Everybody who writes is
stopped first; what is there now is backed up, and is kept beside it: the database as octant_before_TIME, Redis' files in
before-TIME of its volume. `files` unpacks configuration, secrets and certificates of a backup into an empty folder, for you to
compare and copy: it replaces nothing.

  --yes                do not ask
  --without-redis      empty Redis instead: the desk publishes again from the database what is open
  --no-safety-backup   do not back up what is there now (where it is broken, or the disk is full)
  --no-start           leave the agents stopped

Exit codes: 0 done, 1 failed, 2 bad input.
HELP
}

CONFIRMED=no WITH_REDIS=yes SAFETY=yes START=yes NAME='' INTO='' FILES=no

main() {
  read_options "$@"
  if [ "$FILES" = yes ]; then
    restore_files
    return
  fi
  take_lock
  check_backup
  confirm
  stop_writers
  if [ "$SAFETY" = yes ]; then
    compose run --rm -T --no-deps backup once </dev/null ||
      fail 'what is there now could not be backed up; nothing was replaced' 'mend that, or pass --no-safety-backup; docker compose up -d starts the desk.'
  fi
  restore_database
  if [ "$WITH_REDIS" = yes ]; then restore_redis; else empty_redis; fi
  if [ "$START" = yes ]; then start_desk; fi
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --yes) CONFIRMED=yes ;;
      --without-redis) WITH_REDIS=no ;;
      --no-safety-backup) SAFETY=no ;;
      --no-start) START=no ;;
      --into)
        [ $# -ge 2 ] || bad_input '--into: expected a folder, was none'
        INTO=$2
        shift
        ;;
      files) FILES=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      -*) bad_input "unknown option $1: restore.sh --help lists them" ;;
      *) NAME=$1 ;;
    esac
    shift
  done
  [[ $NAME =~ ^octant-[0-9TZ]+$ ]] ||
    bad_input "expected the name of a backup, was '$NAME': docker compose run --rm backup list shows them"
}

check_backup() {
  say "checking $NAME"
  compose run --rm -T --no-deps backup verify "$NAME" </dev/null || fail "$NAME cannot be used, see above" 'take another one; nothing was changed.'
}

confirm() {
  [ "$CONFIRMED" = no ] || return 0
  [ -t 0 ] || bad_input 'expected --yes where nobody can answer'
  local answer
  read -r -p "This replaces the database and Redis of this desk by $NAME. Type its name to go on: " answer
  [ "$answer" = "$NAME" ] || bad_input 'not confirmed, nothing was changed'
}

# As the owner of the database, whose password the backup has among what it keeps.
restore_database() {
  compose run --rm -T --no-deps -e PGUSER=postgres -e POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password \
    backup restore-database "$NAME" --yes </dev/null ||
    fail 'the database was not replaced, see above' 'mend that and run restore.sh again; docker compose up -d --wait starts the desk as it was.'
}

restore_redis() {
  say 'Redis'
  compose stop redis </dev/null
  compose run --rm -T --no-deps backup extract "$NAME" redis.rdb </dev/null | in_redis_volume restore ||
    fail 'the database is restored, Redis is not' "restore.sh $NAME --without-redis --no-safety-backup goes on without its snapshot."
}

empty_redis() {
  say 'Redis: emptied'
  compose stop redis </dev/null
  in_redis_volume empty </dev/null || fail 'the database is restored, Redis could not be emptied' 'see above, then run it again.'
}

# A container of the service itself: its user, its volume, its version.
in_redis_volume() {
  compose run --rm -T --no-deps --entrypoint bash redis -c "$(cat "$ROOT/scripts/host/redis-volume.sh")" redis-volume "$1"
}

start_desk() {
  start_all || fail 'what was restored does not come up' 'docker compose ps and docker compose logs SERVICE say why.'
  say "restored from $NAME. When all is well, drop what was kept: the database octant_before_… and Redis' before-… folder"
  "$ROOT/scripts/host/doctor.sh" --settle 60 || say 'the doctor found something, see above'
}

restore_files() {
  [ -n "$INTO" ] || bad_input 'files: expected --into DIR'
  mkdir -p "$INTO" && chmod 0700 "$INTO"
  [ -z "$(ls -A "$INTO")" ] || bad_input "--into: expected an empty folder, was $INTO"
  compose run --rm -T --no-deps backup extract "$NAME" files.tar.gz </dev/null | tar -xzf - -C "$INTO" ||
    fail "the files of $NAME could not be unpacked" 'see above.'
  say "unpacked into $INTO: compare with diff -r, copy what you need"
}

main "$@"
