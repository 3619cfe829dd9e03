# shellcheck shell=bash
# A backup is a directory: encrypted parts, their checksums, a manifest. Sourced by backup.sh.

# Symmetric, by a key of 256 random bits: the digits of the key are the passphrase. gpg detects every change of the text.
# The count of rounds is given, for else gpg would start an agent to measure it.
encrypt() { with_key --symmetric --cipher-algo AES256 --s2k-count 65011712 --compress-algo none; }

decrypt() { with_key --decrypt; }

with_key() {
  local home=${TMPDIR:-/tmp}/backup-gnupg
  install -d -m 0700 "$home"
  gpg --batch --quiet --no-options --no-autostart --homedir "$home" --pinentry-mode loopback \
    --passphrase-file "$BACKUP_KEY_FILE" "$@"
}

# Names sort by age.
backups() {
  find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name 'octant-*Z' -printf '%f\n' | sort
}

newest() { backups | tail -n 1; }

# choose [NAME]: sets DIRECTORY to the backup's, the newest's by default.
choose() {
  local name=${1:-$(newest)}
  [ -n "$name" ] || fail "there is no backup in $BACKUP_DIR yet"
  [[ $name =~ ^octant-[0-9TZ]+$ ]] && [ -d "$BACKUP_DIR/$name" ] ||
    bad_input "expected the name of a backup, was '$name'; there are: $(backups | tr '\n' ' ')"
  DIRECTORY=$BACKUP_DIR/$name
}

list_backups() {
  local name
  for name in $(backups); do
    printf '%s  %8s  %s\n' "$name" "$(du -sh "$BACKUP_DIR/$name" | cut -f1)" "$(field "$BACKUP_DIR/$name" octantVersion)"
  done
}

# field DIRECTORY NAME: of the manifest, which has one field a line.
field() { sed -n "s/^  \"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$1/manifest.json"; }

# Whole, and made with our key: what damage and a wrong key look like is told apart.
verify() {
  local directory=$1 damaged
  [ -s "$directory/SHA256SUMS" ] || fail "$(basename "$directory"): expected SHA256SUMS in it, was none: it is not a whole backup"
  if ! damaged=$(cd "$directory" && sha256sum --check --quiet --strict SHA256SUMS 2>/dev/null); then
    fail "$(basename "$directory") is damaged: $(tr '\n' ' ' <<<"$damaged"). Take an older one: backup list"
  fi
  if [ "$(decrypt <"$directory/key-check.gpg" 2>/dev/null)" != "$(basename "$directory")" ]; then
    fail "$(basename "$directory") was not made with this key. Put the key that was in secrets/backup_key then into BACKUP_KEY_FILE"
  fi
}

# open_part DIRECTORY PART
open_part() {
  [ -f "$1/$2.gpg" ] || bad_input "$(basename "$1"): expected a part $2, was none"
  decrypt <"$1/$2.gpg" || fail "$(basename "$1"): $2 cannot be opened, although its checksum is right"
}

extract() {
  choose "$1"
  verify "$DIRECTORY"
  open_part "$DIRECTORY" "$2"
}
