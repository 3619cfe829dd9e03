#!/bin/bash
# Starts Postgres with the superuser's password of the secret: at the first start by initdb, later, when the file has
# changed, before the server listens.
set -euo pipefail

password=$(<"${POSTGRES_PASSWORD_FILE:?expected the file of the superuser\'s password}")
[[ -n $password ]] || { echo "$POSTGRES_PASSWORD_FILE: expected a password, was an empty file" >&2; exit 2; }

data=${PGDATA:-/var/lib/postgresql/data}
if [[ -s $data/PG_VERSION ]]; then
  # By standard input: other processes do not see it.
  printf "ALTER ROLE postgres PASSWORD '%s'\n" "${password//\'/\'\'}" |
    postgres --single -D "$data" -c log_min_messages=error postgres >/dev/null
fi

exec docker-entrypoint.sh postgres \
  -c max_connections=100 \
  -c password_encryption=scram-sha-256 \
  -c shared_buffers=96MB \
  -c log_line_prefix='%m [%p] %q%u@%d '
