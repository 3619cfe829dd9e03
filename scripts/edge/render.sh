#!/bin/sh
# Writes what Traefik and oauth2-proxy start with, from traefik/traefik.yml, oauth2-proxy/oauth2-proxy.cfg, the environment
# and the secrets. Neither program can read a client id from a file, and Traefik's static file has no variables.
#
#   render.sh FOLDER     writes FOLDER/traefik.yml, FOLDER/oauth2-proxy.cfg and FOLDER/allowed-emails
#
# No secret is written: the configuration names the files under /run/secrets. Without a client, or without anybody who may
# come in, the proxy gets a configuration that shows what to set and lets nobody in.
#
# Reads: SECRETS_DIR (secrets/ of the checkout), DOMAIN, ACME_EMAIL, OAUTH2_PROVIDER (github, google, okta, oidc),
# OAUTH2_OIDC_ISSUER_URL, OAUTH2_EMAIL_DOMAINS, OAUTH2_ALLOWED_EMAILS, TRAEFIK_IP (who may set X-Forwarded-*).
# Exit codes: 0 done, 2 bad input.
set -euf

here=$(cd "$(dirname "$0")/../.." && pwd)
SECRETS_DIR=${SECRETS_DIR:-$here/secrets}
PROVIDER=${OAUTH2_PROVIDER:-github}
ISSUER=${OAUTH2_OIDC_ISSUER_URL:-}

say() { printf 'edge: %s\n' "$*"; }
refuse() { printf 'edge: %s\n' "$*" >&2; exit 2; }

# check NAME VALUE PATTERN EXPECTATION: the whole value, one line; quotes and such never get into a configuration
check() {
    [ "$(printf '%s' "$2" | wc -l)" -eq 0 ] && printf '%s\n' "$2" | grep -Eq "^($3)\$" || refuse "$1: expected $4, was '$2'"
}

# words LIST: one a line, from a list with commas
words() { printf '%s' "$1" | tr ',' '\n' | tr -d ' \t\r' | grep . || :; }

# quoted: lines as the elements of a TOML list
quoted() { sed 's/.*/"&"/' | paste -sd, -; }

secret() { [ -s "$SECRETS_DIR/$1" ] && tr -d '\r\n' <"$SECRETS_DIR/$1" || :; }

# publish FILE: standard input becomes FILE at once; both programs run as users of their own
publish() {
    cat >"$1.new"
    chmod 0644 "$1.new"
    mv "$1.new" "$1"
}

check_settings() {
    check DOMAIN "${DOMAIN:-}" '[a-z0-9]([a-z0-9.-]*[a-z0-9])?' 'a domain in lower case'
    check ACME_EMAIL "${ACME_EMAIL:-}" '|[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+' 'an address, or nothing'
    case ${ACME_ENV:-off} in
    off) ;;
    staging | prod) [ -n "${ACME_EMAIL:-}" ] || refuse "ACME_EMAIL: expected an address where ACME_ENV is $ACME_ENV, was nothing" ;;
    *) refuse "ACME_ENV: expected off, staging or prod, was '$ACME_ENV'" ;;
    esac
    check OAUTH2_PROVIDER "$PROVIDER" 'github|google|okta|oidc' 'github, google, okta or oidc'
    check TRAEFIK_IP "${TRAEFIK_IP:-}" '[0-9a-fA-F.:]+(/[0-9]+)?' "Traefik's address in the network edge"
    case $PROVIDER in
    okta | oidc) check OAUTH2_OIDC_ISSUER_URL "$ISSUER" 'https?://[A-Za-z0-9.:/_~-]+' "the issuer's address" ;;
    esac
    for domain in $(words "${OAUTH2_EMAIL_DOMAINS:-}"); do
        check OAUTH2_EMAIL_DOMAINS "$domain" '[a-z0-9]([a-z0-9.-]*[a-z0-9])?' 'domains in lower case (* would let everybody in)'
    done
    for email in $(words "${OAUTH2_ALLOWED_EMAILS:-}"); do
        check OAUTH2_ALLOWED_EMAILS "$email" '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+' 'addresses'
    done
    check oauth2_client_id "$(secret oauth2_client_id)" '[A-Za-z0-9._~@:/-]*' 'the id that the provider gave'
}

# missing: what the sign-in lacks, in words; nothing when it is complete
missing() {
    [ -n "$(secret oauth2_client_id)" ] || printf ' secrets/oauth2_client_id'
    [ -n "$(secret oauth2_client_secret)" ] || printf ' secrets/oauth2_client_secret'
    [ -n "$(words "${OAUTH2_EMAIL_DOMAINS:-}${OAUTH2_ALLOWED_EMAILS:-}")" ] ||
        printf ' OAUTH2_ALLOWED_EMAILS (or OAUTH2_EMAIL_DOMAINS)'
}

common_part() {
    cat "$here/oauth2-proxy/oauth2-proxy.cfg"
    printf '\ntrusted_proxy_ips = ["%s"]\nauthenticated_emails_file = "%s"\n' "$TRAEFIK_IP" "$folder/allowed-emails"
}

configured_part() {
    printf 'client_id = "%s"\nclient_secret_file = "/run/secrets/oauth2_client_secret"\n' "$(secret oauth2_client_id)"
    printf 'skip_provider_button = true\nwhitelist_domains = ["app.%s:*", "admin.%s:*"]\n' "$DOMAIN" "$DOMAIN"
    printf 'email_domains = [%s]\n' "$(words "${OAUTH2_EMAIL_DOMAINS:-}" | quoted)"
    case $PROVIDER in
    okta | oidc)
        printf 'provider = "oidc"\noidc_issuer_url = "%s"\ninsecure_oidc_skip_nonce = false\n' "$ISSUER"
        printf 'scope = "openid email"\n'
        ;;
    *) printf 'provider = "%s"\n' "$PROVIDER" ;;
    esac
}

# The provider is the page itself, and codes can be redeemed nowhere.
not_configured_part() {
    printf 'client_id = "not-set"\nclient_secret = "not-set"\nemail_domains = []\nprovider = "github"\n'
    printf 'login_url = "https://app.%s/"\nredeem_url = "http://127.0.0.1:9/"\n' "$DOMAIN"
    printf 'validate_url = "http://127.0.0.1:9/"\nskip_provider_button = false\n'
    printf 'custom_templates_dir = "/etc/oauth2-proxy/not-configured"\n'
}

[ $# -eq 1 ] || refuse "expected FOLDER, was '$*'"
mkdir -p "$1"
folder=$(cd "$1" && pwd)
check_settings
lacking=$(missing)
sed "s|\${ACME_EMAIL}|${ACME_EMAIL:-}|" "$here/traefik/traefik.yml" | publish "$folder/traefik.yml"
if [ -z "$lacking" ]; then
    words "${OAUTH2_ALLOWED_EMAILS:-}" | publish "$folder/allowed-emails"
    { common_part && configured_part; } | publish "$folder/oauth2-proxy.cfg"
    say "sign-in with $PROVIDER for app.$DOMAIN and admin.$DOMAIN"
else
    : | publish "$folder/allowed-emails"
    { common_part && not_configured_part; } | publish "$folder/oauth2-proxy.cfg"
    say "sign-in is not set up, nobody comes in; missing:$lacking"
fi
