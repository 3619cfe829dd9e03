#!/usr/bin/env bash
# Takes, checks and brings back backups of a desk: Postgres, Redis, configuration and secrets, encrypted.
set -Eeuo pipefail

usage() {
  cat <<'HELP'
Usage: backup COMMAND

  serve              take a backup and a restore drill whenever one is due, until stopped (what the container does)
  once               take a backup now
  drill [NAME]       bring a backup up elsewhere, compare ledger, holdings and PnL with what was live; default: the newest
  offsite [NAME]     send a backup off-site; default: the newest
  verify [NAME]      checksums and key of a backup; default: the newest
  list               the backups, oldest first
  figures NAME       the figures that the live database had when the backup was taken
  extract NAME PART  a part, decrypted, to stdout: postgres.dump, roles.sql, redis.rdb, files.tar.gz, figures.txt
  restore-database NAME --yes   put the database back; the present one stays beside it under another name
  metrics            write the metrics file again
  health             0 when `serve` is at work

Variables:
  PGHOST PGPORT PGUSER PGDATABASE, POSTGRES_PASSWORD_FILE     the live database, as its owner
  REDIS_HOST REDIS_PORT REDIS_USER, REDIS_PASSWORD_FILE       the live Redis, as its operator
  BACKUP_KEY_FILE              the key; without it no backup can be opened: keep a copy elsewhere
  BACKUP_DIR                   default /backups
  BACKUP_FILES                 what else is kept, as name=path, separated by blanks
  BACKUP_INTERVAL_HOURS        default 24
  BACKUP_DRILL_INTERVAL_DAYS   default 7; 0: no drills but by hand
  BACKUP_RETENTION_DAYS        default 14; the newest three always stay
  BACKUP_OFFSITE_COMMAND       run after each backup with its directory and its name as arguments; empty: off
  TEXTFILE_DIR                 where the metrics file goes; empty: none
  CERTS_DIR                    certificates whose expiry is exported; empty: none

Exit codes: 0 done, 1 failed, 2 bad input.
HELP
}

LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/lib
export LIB
# shellcheck source=backup/lib/settings.sh
. "$LIB/settings.sh"
# shellcheck source=backup/lib/archive.sh
. "$LIB/archive.sh"
# shellcheck source=backup/lib/take.sh
. "$LIB/take.sh"
# shellcheck source=backup/lib/drill.sh
. "$LIB/drill.sh"
# shellcheck source=backup/lib/restore.sh
. "$LIB/restore.sh"
# shellcheck source=backup/lib/metrics.sh
. "$LIB/metrics.sh"
# shellcheck source=backup/lib/serve.sh
. "$LIB/serve.sh"

main() {
  local command=${1:-}
  [ $# = 0 ] || shift
  case $command in
    '' | -h | --help | help)
      usage
      return 0
      ;;
    health)
      is_serving
      return
      ;;
  esac
  read_settings
  case $command in
    serve) serve ;;
    once) locked take_and_tell ;;
    drill) locked drill_and_tell "${1:-}" ;;
    offsite) locked offsite_and_tell "${1:-}" ;;
    verify)
      choose "${1:-}"
      verify "$DIRECTORY"
      log info "$(basename "$DIRECTORY"): whole, and opens with this key"
      ;;
    list) list_backups ;;
    figures) require "$#" 1 'figures NAME' && extract "$1" figures.txt ;;
    extract) require "$#" 2 'extract NAME PART' && extract "$@" ;;
    restore-database) require "$#" 1 'restore-database NAME --yes' && locked restore_database "$@" ;;
    metrics) write_metrics ;;
    *) bad_input "unknown command '$command': expected one of those that --help lists" ;;
  esac
}

require() { [ "$1" -ge "$2" ] || bad_input "expected: backup $3"; }

main "$@"
