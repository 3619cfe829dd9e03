#!/usr/bin/env bash
# Has the doctor look at the containers and at this machine, without node on it. Options are those of `ops doctor`, and:
#   --settle SECONDS   look again until nothing fails, at most so long: for a desk that has just been started
# Exit codes: 0 nothing failed, 1 something did, 2 bad input.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

until=$SECONDS
if [ "${1:-}" = --settle ]; then
  [[ ${2:-} =~ ^[0-9]{1,4}$ ]] || { echo "--settle: expected seconds, was '${2:-}'" >&2; exit 2; }
  until=$((SECONDS + $2))
  shift 2
fi

while true; do
  code=0
  findings=$("$ROOT/scripts/host/facts.sh" | docker compose --project-directory "$ROOT" run --rm -T --no-deps ops doctor --facts - "$@") || code=$?
  if [ "$code" != 1 ] || [ "$SECONDS" -ge "$until" ]; then break; fi
  sleep 10
done
printf '%s\n' "$findings"
exit "$code"
