#!/usr/bin/env bash
# Brings the desk to another version, or back to the one before.
set -euo pipefail

PROGRAM=upgrade.sh
ROOT=${OCTANT_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/host/speak.sh
. "$HERE/speak.sh"
# shellcheck source=scripts/host/merge-config.sh
. "$HERE/merge-config.sh"

WORK=$ROOT/.octant/upgrade
# What it takes to go back, the configuration and a record: of the upgrade under way, and of the last one that went well.
PENDING=$WORK/pending
BEFORE=$WORK/before
AGENTS='orchestrator market-analyst portfolio-manager risk-manager trade-executor notification-manager parameter-optimizer mcp-hub-controller guardian'
LEAST_DISK_KB=4000000
SETTLE_S=${SETTLE_S:-90}

usage() {
  cat <<'HELP'
Usage: upgrade.sh VERSION [--ref REF] [--pull] [--force] [--accept-breaking]
       upgrade.sh --rollback

Checks, backs up, builds VERSION beside the running desk, has every new agent read the configuration, and only then switches:
agents drain, files and migrations change, all is started and examined. If that fails, the version before comes back by itself.

  --ref REF           git tag, branch or commit of VERSION; default: the tag vVERSION or VERSION
  --pull              pull the images instead of building them
  --force             go on although the doctor finds something before
  --accept-breaking   VERSION has a migration that the present one cannot work with: a rollback restores the backup, and what
                      happened since is lost
  --rollback          go back to the version before the last upgrade

Your changes under config/ are kept: they are merged with those of VERSION. Where both changed the same lines yours stay, and the
new file is written beside as FILE.new. Exit codes: 0 done, 1 failed, 2 bad input.
HELP
}

VERSION='' REF='' GET=build FORCE=no ACCEPT=no ROLLBACK=no

main() {
  read_options "$@"
  take_lock
  if [ "$ROLLBACK" = yes ]; then
    roll_back_by_hand
    return
  fi
  check_before
  take_backup
  get_version
  plan_config
  check_config
  trap 'interrupted' INT TERM
  switch
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --ref)
        [ $# -ge 2 ] || bad_input '--ref: expected a tag, branch or commit, was none'
        REF=$2
        shift
        ;;
      --pull) GET=pull ;;
      --force) FORCE=yes ;;
      --accept-breaking) ACCEPT=yes ;;
      --rollback) ROLLBACK=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      -*) bad_input "unknown option $1: upgrade.sh --help lists them" ;;
      *) VERSION=$1 ;;
    esac
    shift
  done
  [ "$ROLLBACK" = yes ] || [[ $VERSION =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]] ||
    bad_input "expected a version such as 1.4.0, was '$VERSION'"
}

check_before() {
  local changed
  [ ! -s "$PENDING/record" ] || fail 'an upgrade was cut short' 'upgrade.sh --rollback brings back the version before it.'
  OLD_VERSION=$(setting OCTANT_VERSION)
  OLD_VERSION=${OLD_VERSION:-0.1.0}
  [ "$VERSION" != "$OLD_VERSION" ] || bad_input "this desk is $VERSION already"
  OLD_COMMIT=$(git -C "$ROOT" rev-parse HEAD 2>/dev/null) || fail "$ROOT is no git checkout" 'clone the repository and run the desk from there.'
  find_commit
  changed=$(git -C "$ROOT" status --porcelain --untracked-files=no -- ':!config')
  [ -z "$changed" ] || fail "changed outside of config/: $(tr '\n' ' ' <<<"$changed")" 'commit that, or take it back with git checkout: an upgrade would lose it.'
  [ "$(df -Pk "$ROOT" | awk 'NR == 2 { print $4 }')" -ge "$LEAST_DISK_KB" ] || fail 'expected 4 GB of free disk' 'docker system prune -f frees what no container uses.'
  say "from $OLD_VERSION to $VERSION ($(git -C "$ROOT" rev-parse --short "$COMMIT"))"
  examine
  FAILED_BEFORE=$FAILED
  [ -z "$FAILED" ] || [ "$FORCE" = yes ] ||
    fail "the doctor finds something before the upgrade:$FAILED" 'mend that first, or pass --force.'
}

# Has the doctor look; sets FAILED to the checks that fail.
examine() {
  local findings
  findings=$("$ROOT/scripts/host/doctor.sh" </dev/null) || true
  printf '%s\n' "$findings"
  FAILED=$(awk '$1 == "FAILED" { printf " %s", $2 }' <<<"$findings")
  [ -n "$findings" ] || FAILED=' doctor'
}

# What failed before is not the new version's doing. Some things are only well after a while.
is_as_well_as_before() {
  local until=$((SECONDS + SETTLE_S))
  while true; do
    examine
    fails_anew || return 0
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 10
  done
}

fails_anew() {
  local check
  for check in $FAILED; do
    case " $FAILED_BEFORE " in *" $check "*) ;; *) return 0 ;; esac
  done
  return 1
}

find_commit() {
  local name
  for name in ${REF:-"v$VERSION" "$VERSION"}; do
    if COMMIT=$(git -C "$ROOT" rev-parse --verify --quiet "$name^{commit}"); then return 0; fi
  done
  fail "expected a tag v$VERSION in the checkout, was none" 'git fetch --tags; or name it with --ref.'
}

take_backup() {
  say 'backup'
  compose run --rm -T --no-deps backup once </dev/null || fail 'the backup failed, nothing was changed' 'docker compose logs backup says why.'
  BACKUP=$(compose run --rm -T --no-deps backup list </dev/null | tail -n 1 | cut -d ' ' -f 1)
}

# Beside the running desk, which goes on meanwhile.
get_version() {
  say "$GET $VERSION"
  forget_next
  mkdir -p "$WORK"
  git -C "$ROOT" worktree add --quiet --detach "$WORK/next" "$COMMIT"
  cp "$ROOT/.env" "$WORK/next/.env"
  set_version "$WORK/next/.env" "$VERSION"
  refuse_breaking
  OCTANT_VERSION=$VERSION docker compose --project-directory "$WORK/next" --profile ops "$GET" </dev/null ||
    fail "$VERSION could not be had, nothing was changed" 'see above; the desk runs on as it was.'
}

forget_next() {
  [ ! -e "$WORK/next" ] || git -C "$ROOT" worktree remove --force "$WORK/next" 2>/dev/null || rm -rf "$WORK/next"
  git -C "$ROOT" worktree prune
}

# A migration says so itself on its first lines, see docs/operations.md.
refuse_breaking() {
  local file
  BREAKING=''
  for file in "$WORK"/next/migrations/*.sql; do
    [ ! -e "$ROOT/migrations/$(basename "$file")" ] || continue
    if head -n 5 "$file" | grep -qi '^-- Backward-compatible: no'; then BREAKING="$BREAKING $(basename "$file")"; fi
  done
  [ -z "$BREAKING" ] || [ "$ACCEPT" = yes ] ||
    fail "$OLD_VERSION cannot work with what$BREAKING makes of the database" 'a rollback would restore the backup and lose what happened since; pass --accept-breaking if that is fine.'
}

plan_config() {
  say 'configuration'
  rm -rf "$WORK/config" "$PENDING"
  mkdir -p "$PENDING"
  cp -a "$ROOT/config" "$PENDING/config"
  merge_config "$OLD_COMMIT" "$WORK/next/config" "$WORK/config"
}

# By the programs that will read it, before anything is switched.
check_config() {
  local agent wrong=''
  for agent in $AGENTS; do
    docker run --rm --network none --user 10001:10001 -e CONFIG_DIR=/app/config -v "$WORK/config:/app/config:ro" \
      "octant/$agent:$VERSION" node dist/main.js --check-config </dev/null || wrong="$wrong $agent"
  done
  [ -z "$wrong" ] || fail "$VERSION cannot read this configuration:$wrong" "see above; mend config/, or take the new files; nothing was changed."
}

switch() {
  remember
  stop_writers
  put_files "$COMMIT" "$WORK/config"
  set_version "$ROOT/.env" "$VERSION"
  if start_all && is_as_well_as_before; then
    forget_next
    # From here on it is done: an interruption would go back with what is being moved.
    trap '' INT TERM
    rm -rf "$BEFORE"
    mv "$PENDING" "$BEFORE"
    say "the desk is $VERSION; upgrade.sh --rollback goes back to $OLD_VERSION"
    return 0
  fi
  say "$VERSION does not come up well: back to $OLD_VERSION"
  go_back "$PENDING"
  fail "$VERSION was taken back, the desk is $OLD_VERSION" 'see above what was wrong with it.'
}

interrupted() {
  say "interrupted: back to $OLD_VERSION"
  go_back "$PENDING"
  exit 130
}

remember() {
  printf '%s\n' "$OLD_VERSION" "$OLD_COMMIT" "$BACKUP" "${BREAKING:-}" >"$PENDING/record.new"
  mv "$PENDING/record.new" "$PENDING/record"
}

roll_back_by_hand() {
  local from=$BEFORE
  [ ! -s "$PENDING/record" ] || from=$PENDING
  [ -s "$from/record" ] || fail 'there is no upgrade to take back' 'upgrade.sh VERSION goes to any version, also an older one.'
  { read -r OLD_VERSION && read -r OLD_COMMIT && read -r BACKUP && read -r BREAKING; } <"$from/record" || true
  say "back to $OLD_VERSION"
  go_back "$from"
  examine
}

# go_back FROM: what is remembered there is used up by it.
go_back() {
  trap '' INT TERM
  [ -d "$1/config" ] || fail "expected the configuration of $OLD_VERSION in $1/config, was none" "upgrade.sh $OLD_VERSION goes there as to any version."
  stop_writers
  put_files "$OLD_COMMIT" "$1/config"
  set_version "$ROOT/.env" "$OLD_VERSION"
  if [ -n "${BREAKING:-}" ]; then
    say "the database goes back to $BACKUP, because of$BREAKING"
    "$ROOT/scripts/host/restore.sh" "$BACKUP" --yes --no-start || fail "the database could not be put back" "restore.sh $BACKUP, then docker compose up -d --wait."
  fi
  start_all || fail "$OLD_VERSION does not come up either" 'docker compose ps and docker compose logs SERVICE say why; the backup before was '"$BACKUP."
  forget_next
  # The record first: half a configuration with a record would be put in place of the whole one.
  rm -f "$1/record"
  rm -rf "$1"
}

# Everything but config/ as in the commit; config/ as in the folder. Files are replaced whole, for programs may be reading them.
put_files() {
  local commit=$1 config=$2 here
  here=$(git -C "$ROOT" rev-parse HEAD)
  git -C "$ROOT" diff --name-only --diff-filter=D -z "$here" "$commit" -- ':!config' | (cd "$ROOT" && xargs -0 -r rm -f --)
  git -C "$ROOT" checkout --quiet "$commit" -- ':!config'
  git -C "$ROOT" update-ref --no-deref HEAD "$commit"
  git -C "$ROOT" reset --quiet
  put_config "$config" "$ROOT/config"
}

# set_version FILE VERSION
set_version() {
  { grep -v '^OCTANT_VERSION=' "$1" || true; printf 'OCTANT_VERSION=%s\n' "$2"; } >"$1.new"
  chmod --reference="$1" "$1.new"
  mv "$1.new" "$1"
}

main "$@"
