# shellcheck shell=bash
# The user of the containers, the group of the secrets, and the directories. Sourced by setup.sh.

CONTAINER_USER=octant
CONTAINER_UID=10001
SECRETS_GROUP=octant-secrets
SECRETS_GID=20000

set_up_accounts() {
  step 'User, group and directories'
  have_group "$SECRETS_GROUP" "$SECRETS_GID"
  have_group "$CONTAINER_USER" "$CONTAINER_UID"
  have_user
  have_directory "$STATE_DIR" 0750 0:0
  have_directory "$ROOT/secrets" 0700 0:0
  have_directory "$ROOT/certs" 0755 0:0
}

have_group() {
  local found
  found=$(getent group "$2" | cut -d: -f1) || true
  [ "$found" = "$1" ] && return 0
  [ -z "$found" ] || die 1 "expected the group id $2 to be free, $found has it" \
    "give $found another: groupmod -g NUMBER $found, then run setup.sh again."
  getent group "$1" >/dev/null && die 1 "the group $1 has another id than $2" "groupmod -g $2 $1, then run setup.sh again."
  change "group $1 ($2)" groupadd --system --gid "$2" "$1"
}

have_user() {
  local found
  found=$(getent passwd "$CONTAINER_UID" | cut -d: -f1) || true
  [ "$found" = "$CONTAINER_USER" ] && return 0
  [ -z "$found" ] || die 1 "expected the user id $CONTAINER_UID to be free, $found has it" \
    "give $found another: usermod -u NUMBER $found, then run setup.sh again."
  change "user $CONTAINER_USER ($CONTAINER_UID)" useradd --system --uid "$CONTAINER_UID" --gid "$CONTAINER_UID" \
    --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$CONTAINER_USER"
}
