#!/bin/bash
# Kills the first process of every running service with SIGKILL, from the host, one after the other, and waits until each is up
# and well again (`docker kill` would count as a stop by hand, after which the engine starts nothing): kill-each.sh PROJECT
set -uo pipefail
project=${1:?expected the name of the compose project, such as octant}
failed=0

state() { docker inspect --format '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}} {{.RestartCount}}' "$1"; }

for id in $(docker ps --quiet --filter "label=com.docker.compose.project=$project"); do
  name=$(docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}}' "$id")
  read -r _ _ before < <(state "$id")
  kill -9 "$(docker inspect --format '{{.State.Pid}}' "$id")"
  from=$(date +%s%N)
  healed=no
  for _ in $(seq 600); do
    read -r status health count < <(state "$id")
    if [[ $status == running && $health == healthy && $count -gt $before ]]; then healed=yes; break; fi
    sleep 0.1
  done
  printf '%-22s %s after %d ms\n' "$name" "$([[ $healed == yes ]] && echo healed || echo "NOT healed ($(state "$id"))")" $((($(date +%s%N) - from) / 1000000))
  [[ $healed == yes ]] || failed=1
done
exit $failed
