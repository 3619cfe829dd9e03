# shellcheck shell=bash
# Figures for the node exporter's text files. Sourced by backup.sh.

write_metrics() {
  [ -n "$TEXTFILE_DIR" ] || return 0
  # One that is run by hand may write beside the one that serves.
  local file=$TEXTFILE_DIR/octant_backup.prom part=$TEXTFILE_DIR/octant_backup.$$.new
  {
    gauge backup_last_success_timestamp_seconds 'When the newest backup was taken.' "$(kept last-success)"
    gauge backup_last_failure_timestamp_seconds 'When a backup or drill last failed.' "$(kept last-failure)"
    gauge restore_drill_last_success_timestamp_seconds 'When a backup was last brought up elsewhere and found equal.' "$(kept last-drill)"
    gauge backup_offsite_last_success_timestamp_seconds 'When a backup was last sent off-site.' "$(kept last-offsite)"
    gauge backup_size_bytes 'Size of the newest backup.' "$(newest_size)"
    certificate_expiries
  } >"$part"
  chmod 0644 "$part"
  mv "$part" "$file"
}

kept() { cat "$STATE/$1" 2>/dev/null || true; }

# What has not happened yet has no sample: a 0 would be 1970.
gauge() {
  [ -n "$3" ] || return 0
  printf '# HELP %s %s\n# TYPE %s gauge\n%s %s\n' "$1" "$2" "$1" "$1" "$3"
}

newest_size() {
  local name
  name=$(newest)
  [ -z "$name" ] || du -sb "$BACKUP_DIR/$name" | cut -f1
}

# `ca`, `server`, `clients/NAME`, by where the certificate lies.
certificate_expiries() {
  local file name ends
  [ -n "$CERTS_DIR" ] && [ -d "$CERTS_DIR" ] || return 0
  printf '# HELP certificate_expiry_timestamp_seconds When a certificate ends.\n# TYPE certificate_expiry_timestamp_seconds gauge\n'
  for file in "$CERTS_DIR"/trust/ca.crt "$CERTS_DIR"/server/tls.crt "$CERTS_DIR"/trust/clients/*.crt; do
    ends=$(openssl x509 -in "$file" -noout -enddate 2>/dev/null | sed 's/^notAfter=//') || continue
    case $file in
      */ca.crt) name=ca ;;
      */server/tls.crt) name=server ;;
      *) name=clients/$(basename "$file" .crt) ;;
    esac
    printf 'certificate_expiry_timestamp_seconds{name="%s"} %s\n' "$name" "$(date -d "$ends" +%s)"
  done
}
