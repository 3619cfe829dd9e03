#!/bin/bash
# A dump of the database every day; old ones go after BACKUP_RETENTION_DAYS.
set -euo pipefail
umask 077

PGPASSWORD=$(<"/run/secrets/postgres_password_backup")
export PGPASSWORD
while true; do
  file=/backups/octant-$(date -u +%Y%m%dT%H%M%SZ).dump
  pg_dump --format=custom --file="$file.part"
  mv "$file.part" "$file"
  find /backups -name 'octant-*.dump' -mtime "+${BACKUP_RETENTION_DAYS:-14}" -delete
  sleep 86400 &
  wait $!
done
