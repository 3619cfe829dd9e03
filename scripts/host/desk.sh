# shellcheck shell=bash
# Builds and starts the desk, and has the doctor look at it. Sourced by setup.sh.

WAIT_SECONDS=300

start_desk() {
  step 'The desk'
  have_program docker || { changed 'docker compose build, docker compose up -d --wait, doctor'; return 0; }
  stream 'build the images' docker compose --project-directory "$ROOT" --profile ops build
  stream 'start, and wait until all is healthy' \
    docker compose --project-directory "$ROOT" up -d --wait --wait-timeout "$WAIT_SECONDS"
  if [ "$DRY_RUN" = yes ]; then
    say '   would   have the doctor look at it'
    return 0
  fi
  say '   the doctor:'
  "$ROOT/scripts/host/doctor.sh" --settle 90 || warn 'the doctor found something, see above; the desk runs'
}

# Long work: its output is shown as it comes. Starting what runs already is no change.
stream() {
  local what=$1
  shift
  say "   $what"
  if [ "$DRY_RUN" = yes ]; then
    printf '             $ %s\n' "$*"
    return 0
  fi
  log "\$ $*"
  "$@" </dev/null 2>&1 | tee -a "$LOG_FILE" ||
    die 1 "$what: \`$*\` failed" 'docker compose ps and docker compose logs SERVICE say why; then run setup.sh again.'
}
