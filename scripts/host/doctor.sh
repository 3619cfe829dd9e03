#!/usr/bin/env bash
# Has the doctor look at the containers and at this machine, without node on it. Options are those of `ops doctor`:
#   doctor.sh [--json] [--strict] [--only CHECKS]
# Exit codes: 0 nothing failed, 1 something did, 2 bad input.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
"$ROOT/scripts/host/facts.sh" | docker compose --project-directory "$ROOT" run --rm -T ops doctor --facts - "$@"
