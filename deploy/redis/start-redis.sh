#!/bin/bash
# Makes Redis' ACL file of the secrets and starts the server. The users' rights are in users.acl.tmpl; passwords are in the
# file as hashes, and the file is in memory.
set -euo pipefail
umask 077

prefix=${OCTANT_REDIS_PREFIX:?expected the prefix of the desk\'s keys, such as octant:}
[[ $prefix =~ ^[A-Za-z0-9:_-]+$ ]] || { echo "OCTANT_REDIS_PREFIX: expected letters, digits, : _ and -, was '$prefix'" >&2; exit 2; }

hash_of() {
  local file=/run/secrets/redis_password_$1 password
  password=$(<"$file")
  [[ -n $password ]] || { echo "$file: expected a password, was an empty file" >&2; exit 2; }
  printf '%s' "$password" | sha256sum | cut -d ' ' -f 1
}

# An unknown command in the file ends the server, and Redis has this one since 7.2.
unknown=
if [[ $(redis-server --version) == *v=7.[01].* ]]; then unknown=' +client|setinfo'; fi

while read -r line; do
  [[ $line == user* ]] || continue
  name=$(cut -d ' ' -f 2 <<<"$line")
  line=${line//@PREFIX@/$prefix}
  line=${line//"$unknown"/}
  if [[ $line == *@PASSWORD@* ]]; then line=${line//@PASSWORD@/#$(hash_of "${name//-/_}")}; fi
  printf '%s\n' "$line"
done </deploy/users.acl.tmpl >/run/redis/users.acl

exec redis-server /deploy/redis.conf --maxmemory "${REDIS_MAXMEMORY:-384mb}"
