# shellcheck shell=bash
# Random secrets and the certificates, without node. What is there stays. Sourced by setup.sh.

# Name and kind of each secret that the compose file knows, as deploy/secrets/inventory.js has them for `npm ci` (a test holds the
# two equal): `password` 24 random bytes, `key` 32, both in base64url; `empty`: an integration that somebody may turn on.
secret_inventory() {
  local name
  sed -n '/^secrets:/,$ s|^  \([a-z0-9_]*\): { file: ./secrets/.*|\1|p' "$ROOT/docker-compose.yml" | while read -r name; do
    case $name in
      redis_password_* | postgres_password* | admin_token | service_token | oauth2_cookie_secret | grafana_admin_password) echo "$name password" ;;
      token_signing_key | backup_key) echo "$name key" ;;
      *) echo "$name empty" ;;
    esac
  done
}

set_up_secrets() {
  step 'Secrets and certificates'
  local kind name
  MISSING_SECRETS=()
  while read -r name kind; do
    if [ -f "$ROOT/secrets/$name" ]; then guard_secret "$ROOT/secrets/$name"; else MISSING_SECRETS+=("$name $kind"); fi
  done < <(secret_inventory)
  [ -n "$(secret_inventory)" ] || die 1 "expected secrets in $ROOT/docker-compose.yml, were none" 'run setup.sh from a complete checkout.'
  if [ ${#MISSING_SECRETS[@]} = 0 ]; then
    ok 'the secrets are there'
  else
    change "${#MISSING_SECRETS[@]} secrets in $ROOT/secrets: ${MISSING_SECRETS[*]%% *}" make_secrets
  fi
  make_certificates
}

# The value goes to the file alone: never to the terminal, the log, or the arguments of a program.
make_secrets() {
  local entry path
  for entry in "${MISSING_SECRETS[@]}"; do
    path=$ROOT/secrets/${entry% *}
    write_file "$path" 0440 "0:$SECRETS_GID" "$(new_secret "${entry#* }")" || return 1
  done
}

new_secret() {
  case $1 in
    password) random_text 24 ;;
    key) random_text 32 ;;
    empty) ;;
  esac
}

random_text() { openssl rand -base64 "$1" | tr '+/' '-_' | tr -d '=\n'; }

# A file that somebody wrote by hand is kept to the mode that the containers can read and others cannot.
guard_secret() {
  [ "$(stat -c '%a %u:%g' "$1")" = "440 0:$SECRETS_GID" ] && return 0
  change "mode of $1: 0440, root and $SECRETS_GID" chown "0:$SECRETS_GID" "$1"
  [ "$DRY_RUN" = yes ] || chmod 0440 "$1"
}

# certs.sh makes what is missing, and renews the server certificate of our own authority before its end.
make_certificates() {
  local certs=$ROOT/scripts/certs/certs.sh output
  if [ ! -f "$certs" ]; then
    warn "$certs is not there: no certificates were made"
    return 0
  fi
  if [ "$DRY_RUN" = yes ]; then
    [ -s "$ROOT/certs/server/tls.crt" ] || changed 'certificate authority and server certificate'
    return 0
  fi
  output=$(sh "$certs" init --domain "$DOMAIN" 2>&1) || die 1 "the certificates could not be made: $output" \
    "mend what it names; $ROOT/certs holds them."
  log "$output"
  if grep -q ' made: ' <<<"$output"; then changed "certificates in $ROOT/certs"; else ok 'the certificates are there'; fi
}
