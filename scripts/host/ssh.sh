# shellcheck shell=bash
# The SSH server: which ports and sessions it has, and a hardening that cannot lock out. Sourced by setup.sh.

SSH_DROP_IN=$ETC/ssh/sshd_config.d/10-octant.conf

# Every port on which somebody may reach this machine now: by configuration, by socket unit, by this very session.
ssh_ports() {
  {
    printf '%s\n' "${SSH_PORT:-}"
    if have_program sshd; then configured_ports; fi
    if have_systemd; then systemctl show ssh.socket -p Listen --value 2>/dev/null | grep -oE ':[0-9]+ ' | tr -d ': '; fi
    if have_program ss; then ss -Hltnp 2>/dev/null | awk '/"sshd"/ { sub(".*:", "", $4); print $4 }'; fi
    session_connection | awk '{ print $4 }'
  } | grep -E '^[0-9]+$' | sort -un || true
}

# sshd tells its settings only where it could run; before its first start the files are read.
configured_ports() {
  local ports
  ports=$(sshd -T 2>/dev/null | awk '$1 == "port" { print $2 }') || true
  [ -n "$ports" ] || ports=$(cat "$ETC"/ssh/sshd_config "$ETC"/ssh/sshd_config.d/*.conf 2>/dev/null | awk 'tolower($1) == "port" { print $2 }')
  printf '%s\n' "${ports:-22}"
}

# `client port server port` of the SSH session that this runs in; sudo forgets it, the processes above do not.
session_connection() {
  local pid=$$ found
  if [ -n "${SSH_CONNECTION:-}" ]; then
    echo "$SSH_CONNECTION"
    return 0
  fi
  while [ "$pid" -gt 1 ]; do
    found=$(tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
    if [ -n "$found" ]; then
      echo "$found"
      return 0
    fi
    pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
    pid=${pid:-0}
  done
}

# The addresses that were asked for, and the one that is connected now: a list without it would end this session.
ssh_addresses() {
  local client
  client=$(session_connection | awk '{ print $1 }')
  {
    printf '%s\n' "$SSH_ALLOWED_IPS" | tr ', ' '[\n*]'
    printf '%s\n' "$client"
  } | sed '/^$/d' | awk '!seen[$0]++'
}

harden_ssh() {
  step 'SSH server'
  if ! have_program sshd; then
    ok 'there is no SSH server on this machine'
    return 0
  fi
  local previous=''
  [ -f "$SSH_DROP_IN" ] && previous=$(cat "$SSH_DROP_IN")
  grep -qE '^\s*Include\s+/etc/ssh/sshd_config.d/' "$ETC/ssh/sshd_config" 2>/dev/null ||
    warn "$ETC/ssh/sshd_config does not include $(dirname "$SSH_DROP_IN"): the settings there have no effect"
  put_file "$SSH_DROP_IN" 0644 < <(ssh_settings) || { ok "$SSH_DROP_IN is as it should be"; return 0; }
  [ "$DRY_RUN" = yes ] && return 0
  install -d -m 0755 "$RUN/sshd"
  if ! sshd -t 2>>"$LOG_FILE"; then
    if [ -n "$previous" ]; then printf '%s\n' "$previous" >"$SSH_DROP_IN"; else rm -f "$SSH_DROP_IN"; fi
    die 1 "sshd -t refuses the configuration, $SSH_DROP_IN was taken back and the server left alone" \
      "run sshd -t, mend what it names, then run setup.sh again."
  fi
  restart_service ssh reload
}

# Passwords go only when the one who is connected, or on the console any administrator, has a key to come back with.
ssh_settings() {
  cat <<'CONF'
# Made by setup.sh. Read before the other files of this folder: the first value counts.
MaxAuthTries 4
LoginGraceTime 30
PermitEmptyPasswords no
X11Forwarding no
ClientAliveInterval 120
ClientAliveCountMax 3
CONF
  if may_drop_passwords; then
    cat <<'CONF'
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
CONF
  else
    echo '# No authorized key was found: passwords stay allowed. Add a key and run setup.sh again.'
  fi
}

may_drop_passwords() {
  local user
  if [ -n "$(session_connection)" ]; then
    has_key "${SUDO_USER:-$(id -un)}"
    return
  fi
  for user in root $(getent group sudo | cut -d: -f4 | tr ',' ' '); do
    has_key "$user" && return 0
  done
  return 1
}

has_key() {
  local home file
  home=$(getent passwd "$1" | cut -d: -f6)
  file=$home/.ssh/authorized_keys
  [ -s "$file" ] && have_program ssh-keygen && ssh-keygen -l -f "$file" >/dev/null 2>&1
}

warn_of_passwords() {
  have_program sshd || return 0
  may_drop_passwords || warn 'SSH still takes passwords, because no authorized key was found: add one and run setup.sh again'
}
