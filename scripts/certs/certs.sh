#!/bin/sh
# The desk's own certificates, by openssl alone: the authority of the admin host's client certificates, a self-made
# server certificate for where Let's Encrypt cannot be reached, and the revocation list.
#
#   certs.sh init   [--domain DOMAIN]                    what is missing: authority, revocation list, server certificate
#   certs.sh issue  NAME [--email ADDRESS] [--days N]    a client certificate, with a .p12 for browsers
#   certs.sh revoke NAME                                 puts NAME's certificate on the list; agents see it at once
#                                                        (also when its key was handed over and deleted here)
#   certs.sh list                                        what was issued, and until when it is valid
#
# All is under CERTS_DIR (default: certs/ of the checkout). Nothing that is there is overwritten; keys are 0600.
# Exit codes: 0 done, 1 failed, 2 bad input.
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
CERTS_DIR=${CERTS_DIR:-$(cd "$here/../.." && pwd)/certs}
CERT_EMAIL=none CERT_DOMAIN=none
export CERTS_DIR CERT_EMAIL CERT_DOMAIN

AUTHORITY_DAYS=3650
# Browsers take no server certificate that is valid for longer.
SERVER_DAYS=397
CLIENT_DAYS=365
# Who may read the server's key in the containers.
SECRETS_GROUP=20000

say() { printf '%s\n' "$*"; }
fail() { printf 'certs: %s\n' "$*" >&2; exit 1; }
refuse() { printf 'certs: %s\n' "$*" >&2; exit 2; }

ssl() {
    openssl "$@" 2>"$CERTS_DIR/private/last-error" || { cat "$CERTS_DIR/private/last-error" >&2; fail "openssl $1 failed"; }
}

authority() { ssl ca -batch -config "$here/openssl.cnf" "$@"; }

# new_key FILE: a P-256 key, never over one that is there
new_key() {
    [ -s "$1" ] && return 0
    ssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.new"
    mv "$1.new" "$1"
}

make_folders() {
    mkdir -p "$CERTS_DIR/private/issued" "$CERTS_DIR/trust/clients" "$CERTS_DIR/server" "$CERTS_DIR/clients"
    chmod 0755 "$CERTS_DIR" "$CERTS_DIR/trust" "$CERTS_DIR/trust/clients" "$CERTS_DIR/server"
    chmod 0700 "$CERTS_DIR/private" "$CERTS_DIR/clients"
    [ -e "$CERTS_DIR/private/index.txt" ] || : >"$CERTS_DIR/private/index.txt"
    [ -e "$CERTS_DIR/private/crlnumber" ] || echo 01 >"$CERTS_DIR/private/crlnumber"
    for link in ca.crt crl.pem; do
        [ -e "$CERTS_DIR/$link" ] || [ -L "$CERTS_DIR/$link" ] || ln -s "trust/$link" "$CERTS_DIR/$link"
    done
}

make_authority() {
    if [ -s "$CERTS_DIR/trust/ca.crt" ]; then
        say "authority    there already: $CERTS_DIR/trust/ca.crt"
        return 0
    fi
    new_key "$CERTS_DIR/private/ca.key"
    ssl req -new -x509 -config "$here/openssl.cnf" -extensions authority -key "$CERTS_DIR/private/ca.key" \
        -subj "/CN=Octant admin authority" -days "$AUTHORITY_DAYS" -out "$CERTS_DIR/trust/ca.crt.new"
    publish "$CERTS_DIR/trust/ca.crt"
    say "authority    made: $CERTS_DIR/trust/ca.crt, its key in $CERTS_DIR/private"
}

# publish FILE: FILE.new becomes FILE at once, readable for all
publish() {
    chmod 0644 "$1.new"
    mv "$1.new" "$1"
}

write_list() {
    authority -gencrl -out "$CERTS_DIR/trust/crl.pem.new"
    publish "$CERTS_DIR/trust/crl.pem"
}

# An own authority may bring its own list; the key to sign one is then not here.
make_list() {
    if [ -s "$CERTS_DIR/trust/crl.pem" ]; then
        say "revocations  there already: $CERTS_DIR/trust/crl.pem"
    elif [ -s "$CERTS_DIR/private/ca.key" ]; then
        write_list
        say "revocations  made: $CERTS_DIR/trust/crl.pem, empty"
    else
        fail "expected a revocation list in $CERTS_DIR/trust/crl.pem beside an authority of your own, was none"
    fi
}

# Somebody's own certificate: not signed by our authority.
is_foreign() {
    [ -s "$1" ] && ! openssl verify -CAfile "$CERTS_DIR/trust/ca.crt" -no_check_time "$1" >/dev/null 2>&1
}

server_names() { openssl x509 -in "$CERTS_DIR/server/tls.crt" -noout -ext subjectAltName 2>/dev/null || :; }

# The certificate follows the domain and is renewed 30 days before its end; the key stays.
make_server() {
    if is_foreign "$CERTS_DIR/server/tls.crt"; then
        say "server       your own, left alone: $CERTS_DIR/server/tls.crt"
        return 0
    fi
    if [ -s "$CERTS_DIR/server/tls.crt" ] && server_names | grep -q "DNS:app\.$CERT_DOMAIN\(,\|\$\)" &&
        openssl x509 -in "$CERTS_DIR/server/tls.crt" -noout -checkend 2592000 >/dev/null; then
        say "server       there already: $CERTS_DIR/server/tls.crt for app, admin and hooks.$CERT_DOMAIN"
        return 0
    fi
    [ -s "$CERTS_DIR/private/ca.key" ] || {
        say "server       none made: the authority's key is not here; ACME_ENV=prod, or put tls.crt and tls.key into $CERTS_DIR/server"
        return 0
    }
    new_key "$CERTS_DIR/server/tls.key"
    ssl req -new -config "$here/openssl.cnf" -key "$CERTS_DIR/server/tls.key" -subj "/CN=app.$CERT_DOMAIN" \
        -out "$CERTS_DIR/private/server.csr"
    ssl x509 -req -in "$CERTS_DIR/private/server.csr" -CA "$CERTS_DIR/trust/ca.crt" -CAkey "$CERTS_DIR/private/ca.key" \
        -set_serial "0x$(openssl rand -hex 16)" -days "$SERVER_DAYS" -sha256 -extfile "$here/openssl.cnf" -extensions server \
        -out "$CERTS_DIR/server/tls.crt.new"
    publish "$CERTS_DIR/server/tls.crt"
    say "server       made: $CERTS_DIR/server/tls.crt for app, admin and hooks.$CERT_DOMAIN, $SERVER_DAYS days"
}

# Containers read the server's key by their group, which only root can give it. What root makes in somebody's checkout stays
# that person's.
hand_over() {
    [ "$(id -u)" = 0 ] || return 0
    owner=$(stat -c %u "$CERTS_DIR")
    [ "$owner" = 0 ] || chown -R -h "$owner" "$CERTS_DIR/private" "$CERTS_DIR/trust" "$CERTS_DIR/server" "$CERTS_DIR/clients"
    [ -s "$CERTS_DIR/server/tls.key" ] || return 0
    chgrp "$SECRETS_GROUP" "$CERTS_DIR/server/tls.key"
    chmod 0440 "$CERTS_DIR/server/tls.key"
}

init() {
    CERT_DOMAIN=${DOMAIN:-}
    while [ $# -gt 0 ]; do
        case $1 in
        --domain) CERT_DOMAIN=${2:-}; shift 2 || refuse "--domain: expected a domain, was nothing" ;;
        *) refuse "init: expected --domain DOMAIN, was $1" ;;
        esac
    done
    CERT_DOMAIN=${CERT_DOMAIN:-octant.localhost}
    printf '%s' "$CERT_DOMAIN" | grep -Eq '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$' ||
        refuse "--domain: expected a domain in lower case, was $CERT_DOMAIN"
    make_folders
    make_authority
    make_list
    make_server
    hand_over
}

# name NAME: of a client, safe as a file name
check_name() {
    printf '%s' "$1" | grep -Eq '^[a-z0-9][a-z0-9-]{0,39}$' ||
        refuse "NAME: expected lower-case letters, digits and dashes, at most 40, was '$1'"
}

require_authority() {
    [ -s "$CERTS_DIR/trust/ca.crt" ] && [ -s "$CERTS_DIR/private/ca.key" ] ||
        fail "expected the authority in $CERTS_DIR, was none: certs.sh init makes it"
}

serial_of() { openssl x509 -in "$1" -noout -serial | cut -d= -f2; }

# standing SERIAL: V valid, R revoked, E expired, by the authority's list
standing() { awk -F '\t' -v serial="$1" '$4 == serial { print $1 }' "$CERTS_DIR/private/index.txt"; }

# certificate_of NAME: the one that is in force, without its key; it stays when the key is handed over and deleted, so that it
# can be revoked and its end is watched
certificate_of() {
    if [ -s "$CERTS_DIR/trust/clients/$1.crt" ]; then
        echo "$CERTS_DIR/trust/clients/$1.crt"
    else
        echo "$CERTS_DIR/clients/$1/$1.crt"
    fi
}

is_valid() {
    [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend 0 >/dev/null && [ "$(standing "$(serial_of "$1")")" = V ]
}

issue() {
    [ $# -ge 1 ] || refuse "issue: expected NAME, was nothing"
    name=$1 days=$CLIENT_DAYS extensions=client
    shift
    check_name "$name"
    while [ $# -gt 0 ]; do
        case $1 in
        --email) CERT_EMAIL=${2:-} extensions=client_of_person ;;
        --days) days=${2:-} ;;
        *) refuse "issue: expected --email ADDRESS or --days N, was $1" ;;
        esac
        [ $# -ge 2 ] || refuse "$1: expected a value, was nothing"
        shift 2
    done
    printf '%s' "$days" | grep -Eq '^[1-9][0-9]{0,3}$' || refuse "--days: expected 1 to 9999, was $days"
    [ "$CERT_EMAIL" = none ] || printf '%s' "$CERT_EMAIL" | grep -Eq '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$' ||
        refuse "--email: expected an address, was $CERT_EMAIL"
    require_authority
    make_folders
    folder=$CERTS_DIR/clients/$name
    if is_valid "$(certificate_of "$name")"; then
        where=$folder/$name.p12
        [ -s "$where" ] || where="handed over"
        say "$name has a valid certificate already: $where; certs.sh revoke $name ends it"
        return 0
    fi
    set_aside "$folder"
    mkdir -p "$folder"
    new_key "$folder/$name.key"
    ssl req -new -config "$here/openssl.cnf" -key "$folder/$name.key" -subj "/CN=$name" -out "$folder/$name.csr"
    authority -in "$folder/$name.csr" -extensions "$extensions" -days "$days" -notext -out "$folder/$name.crt"
    rm "$folder/$name.csr"
    cp "$folder/$name.crt" "$CERTS_DIR/trust/clients/$name.crt.new"
    publish "$CERTS_DIR/trust/clients/$name.crt"
    bundle "$folder" "$name"
    say "$name: certificate $(serial_of "$folder/$name.crt"), $days days"
    say "  for a browser  $folder/$name.p12, its password in $folder/$name.p12.password"
    say "  for curl       --cert $folder/$name.crt --key $folder/$name.key"
}

# A key whose certificate has ended is kept beside, never used again.
set_aside() {
    [ -s "$1/$name.crt" ] || return 0
    mv "$1" "$CERTS_DIR/private/ended-$name-$(serial_of "$1/$name.crt")"
}

# 3DES and SHA-1 are what every browser and system can import; the password is random and as long as a key.
bundle() {
    openssl rand -hex 20 >"$1/$2.p12.password"
    ssl pkcs12 -export -inkey "$1/$2.key" -in "$1/$2.crt" -certfile "$CERTS_DIR/trust/ca.crt" -name "Octant admin: $2" \
        -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -passout "file:$1/$2.p12.password" -out "$1/$2.p12"
}

revoke() {
    [ $# -eq 1 ] || refuse "revoke: expected NAME, was $*"
    check_name "$1"
    require_authority
    certificate=$(certificate_of "$1")
    [ -s "$certificate" ] || refuse "expected a certificate of $1 in $certificate, was none: certs.sh list shows what there is"
    serial=$(serial_of "$certificate")
    if [ "$(standing "$serial")" = R ]; then
        say "$1: certificate $serial was revoked before"
    else
        authority -revoke "$certificate" -crl_reason superseded
        say "$1: certificate $serial revoked"
    fi
    write_list
    rm -f "$CERTS_DIR/trust/clients/$1.crt"
}

list() {
    require_authority
    authority -updatedb
    awk -F '\t' '
        { split($6, name, "CN="); state = $1 == "V" ? "valid" : $1 == "R" ? "revoked" : "expired"
          printf "%-20s %-8s until 20%s-%s-%s  %s\n", name[2], state, substr($2, 1, 2), substr($2, 3, 2), substr($2, 5, 2), $4 }
    ' "$CERTS_DIR/private/index.txt"
}

command -v openssl >/dev/null || fail "expected the program openssl, was none: install the package openssl"
action=${1:-}
[ $# -eq 0 ] || shift
case $action in
init) init "$@" ;;
issue) issue "$@" && hand_over ;;
revoke) revoke "$@" && hand_over ;;
list) list ;;
*) refuse "expected init, issue, revoke or list, was '$action'" ;;
esac
