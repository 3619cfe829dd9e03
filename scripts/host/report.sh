# shellcheck shell=bash
# Progress, log, dry run and the few ways in which the set-up may change a file. Sourced by setup.sh.

DRY_RUN=${DRY_RUN:-no}
LOG_FILE=${LOG_FILE:-/var/log/octant-setup.log}
STATE_DIR=${STATE_DIR:-/var/lib/octant}
# Where the settings of the system are; a test has a place of its own.
ETC=${ETC:-/etc}
RUN=${RUN:-/run}
CHANGES=0
WARNINGS=0
STEP='start'

# A line for the operator, and for the log.
say() {
  printf '%s\n' "$*"
  log "$*"
}

log() {
  [ "$DRY_RUN" = yes ] && return 0
  printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$LOG_FILE"
}

step() {
  STEP=$1
  say "== $1"
}

ok() { say "   ok      $*"; }

warn() {
  WARNINGS=$((WARNINGS + 1))
  say "   WARNING $*"
}

# die CODE MESSAGE REMEDY: 1 failed, 2 bad input.
die() {
  local code=$1 message=$2 remedy=$3
  {
    printf '\nsetup.sh: %s\n' "$message"
    printf '  What to do: %s\n' "$remedy"
  } >&2
  log "ended at step '$STEP': $message"
  trap - ERR EXIT
  exit "$code"
}

changed() {
  CHANGES=$((CHANGES + 1))
  if [ "$DRY_RUN" = yes ]; then say "   would   $*"; else say "   change  $*"; fi
}

# change WHAT COMMAND...: does it, or in a dry run says that it would. What the command prints goes to the log.
change() {
  local what=$1 output
  shift
  changed "$what"
  if [ "$DRY_RUN" = yes ]; then
    printf '             $ %s\n' "${*/#apt_get/apt-get}"
    return 0
  fi
  log "\$ $*"
  if output=$("$@" 2>&1 </dev/null); then
    [ -z "$output" ] || log "$output"
    return 0
  fi
  log "$output"
  tail -n 20 <<<"$output" >&2
  die 1 "$what: \`$*\` failed, see above and $LOG_FILE" \
    'mend what it names and run setup.sh again: it goes on where it stopped.'
}

# put_file PATH MODE [OWNER]: the file has exactly this content (stdin), mode and owner. Answers 0 when it was changed.
put_file() {
  local path=$1 mode=$2 owner=${3:-root:root} content temporary
  content=$(cat; printf x)
  content=${content%x}
  if [ -f "$path" ] && [ "$(cat "$path"; printf x)" = "${content}x" ] &&
    [ "$(stat -c '%a %u:%g' "$path")" = "${mode#0} $(numeric_owner "$owner")" ]; then
    return 1
  fi
  changed "$path"
  [ "$DRY_RUN" = yes ] && return 0
  if ! write_file "$path" "$mode" "$(numeric_owner "$owner")" "$content"; then
    die 1 "$path cannot be written" 'see the message above: is the disk full, or the file system read-only?'
  fi
}

# write_file PATH MODE OWNER CONTENT: whole or not at all, whenever it is interrupted.
write_file() {
  local temporary
  mkdir -p "$(dirname "$1")" || return 1
  temporary=$(mktemp "$1.XXXXXX") || return 1
  printf '%s' "$4" >"$temporary" && chmod "$2" "$temporary" && chown "$3" "$temporary" && mv -f "$temporary" "$1"
}

# put_block FILE: the part of the file between our marks is stdin; the rest of the file stays. Answers 0 when changed.
put_block() {
  local file=$1 block rest mode=644
  block=$(cat)
  rest=''
  if [ -f "$file" ]; then
    mode=$(stat -c %a "$file")
    rest=$(sed '/^# BEGIN octant$/,/^# END octant$/d' "$file")
  fi
  put_file "$file" "$mode" < <(printf '%s\n\n# BEGIN octant\n%s\n# END octant\n' "$rest" "$block")
}

# have_directory PATH MODE OWNER
have_directory() {
  local path=$1 mode=$2 owner=$3 numeric
  numeric=$(numeric_owner "$owner")
  [ -d "$path" ] && [ "$(stat -c '%a %u:%g' "$path")" = "${mode#0} $numeric" ] && return 0
  change "directory $path ($mode $owner)" install -d -m "$mode" -o "${numeric%:*}" -g "${numeric#*:}" "$path"
}

numeric_owner() {
  local user=${1%:*} group=${1#*:}
  case $user in *[!0-9]*) user=$(id -u "$user") ;; esac
  case $group in *[!0-9]*) group=$(getent group "$group" | cut -d: -f3) ;; esac
  printf '%s:%s' "$user" "$group"
}

have_program() { command -v "$1" >/dev/null 2>&1; }

# Services are systemd's; a container or a rescue system has none.
have_systemd() { [ -d "$RUN/systemd/system" ] && have_program systemctl; }

in_container() { [ -f /.dockerenv ] || [ -f /run/.containerenv ] || [ "${container:-}" != '' ]; }

# restart_service NAME [ACTION]
restart_service() {
  local name=$1 action=${2:-restart}
  if have_systemd; then
    change "$action $name" systemctl "$action" "$name"
  elif [ "$DRY_RUN" = no ]; then
    warn "there is no systemd here: $name was not told (${action}); do it by hand"
  fi
}

# enable_service NAME: starts now and at every boot.
enable_service() {
  local name=$1
  have_systemd || return 0
  systemctl is-enabled --quiet "$name" 2>/dev/null && systemctl is-active --quiet "$name" 2>/dev/null && return 0
  change "enable $name" systemctl enable --now "$name"
}
