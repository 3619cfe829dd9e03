#!/usr/bin/env bash
# Run by take.sql inside its transaction: the dump sees what the transaction sees. Leaves $WORK/dumped when all went well.
set -euo pipefail
# shellcheck source=backup/lib/archive.sh
. "$LIB/archive.sh"
pg_dump --format=custom --snapshot="$SNAPSHOT" 2>"$WORK/dump.log" | encrypt 2>>"$WORK/dump.log" >"$PARTIAL/postgres.dump.gpg"
touch "$WORK/dumped"
