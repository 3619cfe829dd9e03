# shellcheck shell=bash
# What only the operator knows: at most four questions, answered by flag, environment, .env or keyboard. Sourced by setup.sh.

ENV_FILE=$ROOT/.env

# setting KEY DEFAULT: as .env has it, without a look at the environment.
setting() {
  local value
  value=$(env_value "$1")
  printf '%s' "${value:-$2}"
}

env_value() { if [ -f "$ENV_FILE" ]; then value_in "$ENV_FILE" "$1"; fi; }

value_in() { sed -n "s/^$2=//p" "$1" | tail -n 1 | sed "s/^[\"']//; s/[\"']\$//"; }

# What .env already says counts; the example's own value counts as no answer.
read_answers() {
  step 'Answers'
  [ -f "$ROOT/.env.example" ] || die 1 "expected $ROOT/.env.example, was none" 'run setup.sh from a complete checkout.'
  DEFAULT_DOMAIN=$(value_in "$ROOT/.env.example" DOMAIN)
  answer DOMAIN 'Domain of the desk, such as desk.example.com (empty: none yet)' "$DEFAULT_DOMAIN"
  answer ACME_EMAIL 'E-mail of the operator: for certificates, and the first who may sign in (empty: none yet)' ''
  answer SSH_ALLOWED_IPS 'Addresses that may use SSH and the admin pages, separated by commas (empty: SSH from anywhere)' ''
  answer OAUTH2_PROVIDER 'Who signs people in: github, google, okta or oidc' github
  check_answers
  say "   domain $DOMAIN, e-mail ${ACME_EMAIL:-none}, SSH from ${SSH_ALLOWED_IPS:-anywhere}, sign-in by $OAUTH2_PROVIDER"
}

# answer NAME QUESTION DEFAULT: sets the variable.
answer() {
  local name=$1 kept example given=${!1:-}
  kept=$(env_value "$name")
  example=$(value_in "$ROOT/.env.example" "$name")
  if [ -n "$kept" ] && [ "$kept" != "$example" ] && [ "$kept" != "$3" ]; then
    [ -z "$given" ] || [ "$given" = "$kept" ] ||
      die 2 "$name: .env says $kept, was given $given" "edit $ENV_FILE: setup.sh does not change what is set there."
    printf -v "$name" %s "$kept"
    return 0
  fi
  if [ -z "$given" ] && [ "$UNATTENDED" = no ]; then
    read -r -p "   $2${3:+ [$3]}: " given || die 2 "$name: expected an answer, was the end of the input" \
      'answer on a terminal, or run with --unattended.'
  fi
  printf -v "$name" %s "${given:-$3}"
}

check_answers() {
  [[ $DOMAIN =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$ ]] ||
    die 2 "DOMAIN: expected a name such as desk.example.com, was '$DOMAIN'" 'give it in small letters, without https://.'
  [[ -z $ACME_EMAIL || $ACME_EMAIL =~ ^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$ ]] ||
    die 2 "ACME_EMAIL: expected an address such as ops@example.com, was '$ACME_EMAIL'" 'give one address, or none.'
  case $OAUTH2_PROVIDER in
    github | google | okta | oidc) ;;
    *) die 2 "OAUTH2_PROVIDER: expected github, google, okta or oidc, was '$OAUTH2_PROVIDER'" 'give one of the four.' ;;
  esac
  local address
  for address in $(tr ',' ' ' <<<"$SSH_ALLOWED_IPS"); do
    [[ $address =~ ^[0-9]+(\.[0-9]+){3}(/[0-9]+)?$ || $address =~ ^[0-9a-fA-F:]+(/[0-9]+)?$ ]] ||
      die 2 "SSH_ALLOWED_IPS: expected addresses such as 203.0.113.7 or 2001:db8::/48, was '$address'" 'separate them by commas.'
  done
}

# .env comes from the example; of the answers, only what is not set there yet is written.
write_env_file() {
  step '.env'
  local text acme=off
  [ -n "$ACME_EMAIL" ] && [ "$DNS_READY" = yes ] && acme=prod
  if [ -f "$ENV_FILE" ]; then
    text=$(cat "$ENV_FILE")
  else
    text=$(cat "$ROOT/.env.example")
  fi
  text=$(with_setting "$text" DOMAIN "$DOMAIN")
  text=$(with_setting "$text" ACME_EMAIL "$ACME_EMAIL")
  text=$(with_setting "$text" ACME_ENV "$acme")
  text=$(with_setting "$text" OAUTH2_PROVIDER "$OAUTH2_PROVIDER")
  text=$(with_setting "$text" OAUTH2_ALLOWED_EMAILS "$ACME_EMAIL")
  text=$(with_setting "$text" SSH_ALLOWED_IPS "$SSH_ALLOWED_IPS")
  text=$(with_setting "$text" ADMIN_ALLOWED_IPS "$SSH_ALLOWED_IPS")
  # The backup is one of the readers of secrets, and takes it along.
  put_file "$ENV_FILE" 0640 "root:$SECRETS_GID" <<<"$text" || ok "$ENV_FILE stays as it is"
  [ "$acme" = off ] && [ "$DOMAIN" != "$DEFAULT_DOMAIN" ] && [ "$(setting ACME_ENV off)" = off ] &&
    warn "ACME_ENV is off: when the names lead here, set ACME_ENV=prod in $ENV_FILE and run docker compose up -d"
  return 0
}

# with_setting TEXT KEY VALUE: a value that differs from the example's stays.
with_setting() {
  local text=$1 key=$2 value=$3 present example
  [ -n "$value" ] || { printf '%s' "$text"; return 0; }
  present=$(sed -n "s/^$key=//p" <<<"$text" | tail -n 1)
  example=$(sed -n "s/^$key=//p" "$ROOT/.env.example" | tail -n 1)
  if ! grep -q "^$key=" <<<"$text"; then
    printf '%s\n%s=%s' "$text" "$key" "$value"
  elif [ -z "$present" ] || [ "$present" = "$example" ]; then
    awk -v key="$key" -v value="$value" 'index($0, key "=") == 1 { print key "=" value; next } { print }' <<<"$text"
  else
    printf '%s' "$text"
  fi
}
