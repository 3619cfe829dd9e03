# shellcheck shell=bash
# Random secrets and the certificates, without node. What is there stays. Sourced by setup.sh.

SERVICES='orchestrator market_analyst portfolio_manager risk_manager trade_executor notification_manager parameter_optimizer
mcp_hub_controller guardian exporter'

# Name and kind of each secret, as npm's prepare makes them: `random`, `cookie` (32 characters, no newline), `empty` = off.
secret_inventory() {
  local name
  for name in admin_token postgres_password redis_password_admin grafana_admin_password backup_key token_signing_key; do
    echo "$name random"
  done
  for name in $SERVICES; do
    echo "redis_password_$name random"
    echo "postgres_password_$name random"
  done
  echo 'oauth2_cookie_secret cookie'
  for name in oauth2_client_id oauth2_client_secret slack_bot_token slack_signing_secret alert_slack_webhook_url; do
    echo "$name empty"
  done
}

set_up_secrets() {
  step 'Secrets and certificates'
  local kind name
  MISSING_SECRETS=()
  while read -r name kind; do
    if [ -f "$ROOT/secrets/$name" ]; then guard_secret "$ROOT/secrets/$name"; else MISSING_SECRETS+=("$name $kind"); fi
  done < <(secret_inventory)
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
    random) openssl rand -hex 32 | tr -d '\n' ;;
    cookie) openssl rand -hex 16 | tr -d '\n' ;;
    empty) ;;
  esac
}

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
