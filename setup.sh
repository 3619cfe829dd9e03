#!/usr/bin/env bash
# Makes a fresh Ubuntu 22.04/24.04 or Debian 12/13 machine the home of a desk, and starts it. Safe to run again at any time.
set -Eeuo pipefail

usage() {
  cat <<'HELP'
Usage: sudo ./setup.sh [options]

Checks the machine, installs Docker, sets up firewall, SSH, updates, clock and swap, makes secrets and certificates, and
starts the desk. It can be run again at any time: what is as it should be stays, what exists is never overwritten.

  --dry-run            say what would be done, and change nothing
  --unattended         ask nothing: answers come from the options, the environment or .env
  --domain NAME        domain of the desk, such as desk.example.com      (DOMAIN)
  --email ADDRESS      operator's address, for certificates and sign-in  (ACME_EMAIL)
  --ssh-from LIST      addresses that may use SSH and the admin pages    (SSH_ALLOWED_IPS)
  --oauth PROVIDER     github, google, okta or oidc                            (OAUTH2_PROVIDER)
  --ignore CHECK       pass over a check: os arch memory disk ports clock; may be repeated
  --no-start           prepare all, but do not build and start the desk
  --no-harden          leave firewall, SSH, bans, swap and kernel alone
  -h, --help           this text

Variables: DOCKER_APT_URL (a mirror of https://download.docker.com/linux), DOCKER_APT_FINGERPRINT (its key),
CLOCK_URL (whose date the clock is compared with), SSH_PORT (a port of the SSH server that cannot be found out).

The log is /var/log/octant-setup.log. Exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted.
HELP
}

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DRY_RUN=no UNATTENDED=no START=yes HARDEN=yes IGNORED=''
CLOCK_URL=${CLOCK_URL:-https://download.docker.com}

# shellcheck source=scripts/host/report.sh
. "$ROOT/scripts/host/report.sh"
# shellcheck source=scripts/host/answers.sh
. "$ROOT/scripts/host/answers.sh"
# shellcheck source=scripts/host/checks.sh
. "$ROOT/scripts/host/checks.sh"
# shellcheck source=scripts/host/packages.sh
. "$ROOT/scripts/host/packages.sh"
# shellcheck source=scripts/host/ssh.sh
. "$ROOT/scripts/host/ssh.sh"
# shellcheck source=scripts/host/firewall.sh
. "$ROOT/scripts/host/firewall.sh"
# shellcheck source=scripts/host/system.sh
. "$ROOT/scripts/host/system.sh"
# shellcheck source=scripts/host/accounts.sh
. "$ROOT/scripts/host/accounts.sh"
# shellcheck source=scripts/host/secrets.sh
. "$ROOT/scripts/host/secrets.sh"
# shellcheck source=scripts/host/desk.sh
. "$ROOT/scripts/host/desk.sh"

main() {
  read_options "$@"
  [ "$(id -u)" = 0 ] || die 2 'expected to be root' "run it as: sudo $0 $*"
  begin
  read_answers
  check_before_changes
  install_system_packages
  set_up_accounts
  write_env_file
  set_up_secrets
  if [ "$HARDEN" = yes ]; then harden; fi
  install_docker
  if [ "$START" = yes ]; then start_desk; fi
  finish
}

harden() {
  set_up_clock
  set_up_updates
  set_up_bans
  set_up_swap
  set_kernel
  harden_ssh
  set_up_firewall
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --dry-run) DRY_RUN=yes ;;
      --unattended) UNATTENDED=yes ;;
      --no-start) START=no ;;
      --no-harden) HARDEN=no ;;
      --domain | --email | --ssh-from | --oauth | --ignore)
        [ $# -ge 2 ] || die 2 "$1: expected a value, was none" './setup.sh --help lists the options.'
        take_option "$1" "$2"
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) die 2 "unknown option $1" './setup.sh --help lists the options.' ;;
    esac
    shift
  done
  # Nobody is there to answer.
  [ -t 0 ] || UNATTENDED=yes
}

take_option() {
  case $1 in
    --domain) DOMAIN=$2 ;;
    --email) ACME_EMAIL=$2 ;;
    --ssh-from) SSH_ALLOWED_IPS=$2 ;;
    --oauth) OAUTH2_PROVIDER=$2 ;;
    --ignore) IGNORED="$IGNORED $2" ;;
  esac
}

begin() {
  trap 'on_error $LINENO' ERR
  trap 'on_interrupt' INT TERM
  if [ "$DRY_RUN" = yes ]; then
    say 'A dry run: nothing is changed.'
    return 0
  fi
  umask 022
  touch "$LOG_FILE"
  chmod 0640 "$LOG_FILE"
  # Two at once would undo each other.
  exec 9>"$RUN/octant-setup.lock"
  flock -n 9 || die 1 'another setup.sh is running' 'wait for it to end.'
  log "setup.sh begins in $ROOT"
}

on_error() {
  local code=$?
  # The shell above tells it.
  [ "$BASH_SUBSHELL" = 0 ] || exit "$code"
  die 1 "step '$STEP' ended with code $code at line $1" "see $LOG_FILE, then run setup.sh again: it goes on where it stopped."
}

on_interrupt() {
  trap - ERR
  say "interrupted at step '$STEP': run setup.sh again, it goes on where it stopped."
  exit 130
}

finish() {
  step 'Done'
  if [ "$HARDEN" = yes ]; then warn_of_passwords; fi
  if [ "$DRY_RUN" = yes ]; then say "   $CHANGES changes would be made, $WARNINGS warnings"; else say "   $CHANGES changes, $WARNINGS warnings; log: $LOG_FILE"; fi
}

main "$@"
