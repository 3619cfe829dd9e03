# shellcheck shell=bash
# Clock, updates, bans, swap and kernel settings. Sourced by setup.sh.

LEAST_SWAP_MB=1024
SWAP_FILE=/swapfile
SWAP_SIZE_MB=2048

set_up_clock() {
  step 'Clock'
  enable_service chrony
  ok 'chrony keeps the time'
}

# Security updates come by themselves; Docker's do not: they would restart the engine in the middle of a session.
set_up_updates() {
  step 'Unattended upgrades'
  put_file "$ETC/apt/apt.conf.d/20auto-upgrades" 0644 <<'CONF' || true
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
CONF
  put_file "$ETC/apt/apt.conf.d/52octant-unattended-upgrades" 0644 <<'CONF' || true
// Made by setup.sh: the engine is upgraded by hand, see docs/operations.md.
Unattended-Upgrade::Package-Blacklist {
  "docker-ce";
  "docker-ce-cli";
  "docker-ce-rootless-extras";
  "docker-buildx-plugin";
  "docker-compose-plugin";
  "containerd\.io";
};
Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";
Unattended-Upgrade::Automatic-Reboot "false";
CONF
  enable_service unattended-upgrades
}

set_up_bans() {
  step 'fail2ban'
  local ports
  ports=$(ssh_ports | paste -sd, -)
  if put_file "$ETC/fail2ban/jail.d/octant.conf" 0644 <<CONF; then restart_service fail2ban; fi
# Made by setup.sh.
[sshd]
enabled = true
backend = systemd
port = ${ports:-ssh}
maxretry = 5
findtime = 10m
bantime = 1h
bantime.increment = true
ignoreip = 127.0.0.1/8 ::1 $(ssh_addresses | tr '\n' ' ')
CONF
  enable_service fail2ban
}

set_up_swap() {
  step 'Swap'
  local megabytes
  megabytes=$(($(sed -n 's/^SwapTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
  if in_container; then
    ok 'a container has the swap of its machine'
    return 0
  fi
  if [ "$megabytes" -lt "$LEAST_SWAP_MB" ]; then make_swap; else ok "$megabytes MB of swap"; fi
}

# Made whole under another name first: a file that was cut short must not be taken for swap.
make_swap() {
  if [ ! -f "$SWAP_FILE" ]; then
    change "$SWAP_FILE, $SWAP_SIZE_MB MB" make_swap_file
  fi
  if ! grep -q "^$SWAP_FILE " "$ETC/fstab"; then
    put_file "$ETC/fstab" 0644 < <(cat "$ETC/fstab" && printf '%s none swap sw 0 0\n' "$SWAP_FILE") || true
  fi
  if ! grep -q "^$SWAP_FILE " /proc/swaps; then change "swapon $SWAP_FILE" swapon "$SWAP_FILE"; fi
}

make_swap_file() {
  rm -f "$SWAP_FILE.new"
  fallocate -l "${SWAP_SIZE_MB}M" "$SWAP_FILE.new" || dd if=/dev/zero of="$SWAP_FILE.new" bs=1M count="$SWAP_SIZE_MB" status=none
  chmod 0600 "$SWAP_FILE.new"
  mkswap "$SWAP_FILE.new" >/dev/null
  mv "$SWAP_FILE.new" "$SWAP_FILE"
}

set_kernel() {
  step 'Kernel settings'
  # overcommit: Redis forks to write its files, and fails without it on a machine that is half full.
  put_file "$ETC/sysctl.d/60-octant.conf" 0644 <<'CONF' || { ok "$ETC/sysctl.d/60-octant.conf is as it should be"; return 0; }
# Made by setup.sh.
vm.overcommit_memory = 1
vm.swappiness = 10
net.core.somaxconn = 1024
fs.inotify.max_user_instances = 512
kernel.kptr_restrict = 2
kernel.dmesg_restrict = 1
net.ipv4.tcp_syncookies = 1
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv6.conf.all.accept_redirects = 0
CONF
  if in_container; then
    warn 'kernel settings are not applied in a container: they are those of its machine'
  else
    change 'apply the kernel settings' sysctl -q -p "$ETC/sysctl.d/60-octant.conf"
  fi
}
