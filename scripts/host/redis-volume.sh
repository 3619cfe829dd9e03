# Run inside a container of the service redis: `restore` makes the snapshot on standard input Redis' data, `empty` leaves none.
# What was there is kept in before-TIME. Redis reads its append-only file and no snapshot while that is on: so the snapshot is
# loaded without, and the file written anew from memory.
set -euo pipefail
data=${REDIS_DATA:-/data}
kept=$data/before-$(date -u +%Y%m%dT%H%M%SZ)
socket=$(mktemp -u /tmp/redis-XXXXXX.sock)

# Complete before anything is moved.
if [ "$1" = restore ]; then
  cat >"$data/restore.rdb"
  redis-check-rdb "$data/restore.rdb" >/dev/null || { echo 'the snapshot is not one, or cut short: nothing was changed' >&2; exit 1; }
fi
mkdir "$kept"
find "$data" -mindepth 1 -maxdepth 1 ! -name 'before-*' ! -name restore.rdb -exec mv -t "$kept" {} +
[ "$1" = restore ] || exit 0

redis-server --port 0 --unixsocket "$socket" --dir "$data" --dbfilename restore.rdb --save '' --appendonly no --daemonize no >/tmp/restore.log 2>&1 &
server=$!
ask() { redis-cli -s "$socket" "$@" 2>/dev/null; }
until [ "$(ask PING)" = PONG ]; do
  kill -0 "$server" 2>/dev/null || { tail -n 3 /tmp/restore.log >&2; exit 1; }
  sleep 0.2
done
ask CONFIG SET appendonly yes >/dev/null
while ask INFO persistence | grep -qE '^aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
ask INFO persistence | grep -q '^aof_last_bgrewrite_status:ok' || { echo 'the append-only file could not be written' >&2; exit 1; }
echo "$(ask DBSIZE) keys"
ask SHUTDOWN NOSAVE || true
wait "$server" || true
rm "$data/restore.rdb"
