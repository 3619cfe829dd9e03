# shellcheck shell=bash
# What must be true before anything is changed. Sourced by setup.sh; `IGNORED` holds the names of checks to pass over.

OS_RELEASE=${OS_RELEASE:-$ETC/os-release}
LEAST_MEMORY_MB=3500
LEAST_DISK_GB=15
MOST_CLOCK_SKEW_S=30
PROBLEMS=0

# refuse CHECK MESSAGE REMEDY
refuse() {
  case " $IGNORED " in
    *" $1 "*)
      warn "$2 (passed over: --ignore $1)"
      return 0
      ;;
  esac
  PROBLEMS=$((PROBLEMS + 1))
  say "   FAILED  $2"
  say "           What to do: $3 (or --ignore $1)"
}

check_before_changes() {
  step 'Checks, before anything is changed'
  check_system
  check_memory
  check_disk
  check_ports
  check_clock
  check_dns
  [ "$PROBLEMS" = 0 ] || die 1 "$PROBLEMS checks failed, nothing was changed" 'mend what is listed above and run setup.sh again.'
}

check_system() {
  [ -r "$OS_RELEASE" ] || die 1 "expected $OS_RELEASE, was none" 'run it on Ubuntu 22.04 or 24.04, or Debian 12 or 13.'
  OS_ID=$(release_field ID)
  OS_VERSION=$(release_field VERSION_ID)
  OS_CODENAME=$(release_field VERSION_CODENAME)
  case "$OS_ID $OS_VERSION" in
    'ubuntu 22.04' | 'ubuntu 24.04' | 'debian 12' | 'debian 13') ok "$OS_ID $OS_VERSION ($OS_CODENAME)" ;;
    *) refuse os "expected Ubuntu 22.04 or 24.04, or Debian 12 or 13, was $OS_ID $OS_VERSION" 'install one of them' ;;
  esac
  case $(uname -m) in
    x86_64 | aarch64) ;;
    *) refuse arch "expected x86_64 or aarch64, was $(uname -m)" 'take a machine of that kind' ;;
  esac
}

release_field() { sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" "$OS_RELEASE"; }

check_memory() {
  local megabytes
  megabytes=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
  if [ "$megabytes" -ge "$LEAST_MEMORY_MB" ]; then
    ok "$megabytes MB of memory"
  else
    refuse memory "expected $LEAST_MEMORY_MB MB of memory, was $megabytes" 'take a machine with 4 GB or more'
  fi
}

check_disk() {
  local gigabytes place=/var/lib/docker
  [ -d "$place" ] || place=/var/lib
  gigabytes=$(df -Pk "$place" | awk 'NR == 2 { print int($4 / 1048576) }')
  if [ "$gigabytes" -ge "$LEAST_DISK_GB" ]; then
    ok "$gigabytes GB free at $place"
  else
    refuse disk "expected $LEAST_DISK_GB GB free at $place, was $gigabytes" 'free some, or take a larger disk (50 GB are advised)'
  fi
}

# The desk's own gateway may have them already: then this is a repeat.
check_ports() {
  local port owner
  have_program ss || return 0
  for port in "$(setting HTTP_PORT 80)" "$(setting HTTPS_PORT 443)"; do
    owner=$(ss -Hltnp "sport = :$port" 2>/dev/null | awk -F '"' '$2 != "docker-proxy" && NF > 1 { print $2; exit }')
    if [ -z "$owner" ]; then
      ok "port $port is free, or the desk's"
    else
      refuse ports "expected port $port to be free, $owner listens there" "stop it: systemctl disable --now $owner"
    fi
  done
}

# Signed requests and certificates fail on a wrong clock; a web server's date is exact to the second.
check_clock() {
  local answer remote skew
  have_program curl || { ok 'clock not compared yet: curl comes with the packages'; return 0; }
  answer=$(curl -fsSI --max-time 10 "$CLOCK_URL" 2>/dev/null | tr -d '\r' | sed -n 's/^[Dd]ate: //p' | head -n 1) || true
  if [ -z "$answer" ]; then
    warn "the clock could not be compared: $CLOCK_URL does not answer"
    return 0
  fi
  remote=$(date -d "$answer" +%s)
  skew=$(($(date +%s) - remote))
  if [ "${skew#-}" -le "$MOST_CLOCK_SKEW_S" ]; then
    ok "clock within ${skew#-} s of $CLOCK_URL"
  else
    refuse clock "expected the clock within $MOST_CLOCK_SKEW_S s of $CLOCK_URL, was $skew s off" \
      'set it: timedatectl set-ntp true, wait a minute'
  fi
}

# DNS may come later: the desk starts with a certificate of its own until then.
check_dns() {
  local host addresses own
  DNS_READY=no
  [ "$DOMAIN" = "$DEFAULT_DOMAIN" ] && { ok "no domain: the desk answers at $DOMAIN, with a certificate of its own"; return 0; }
  own=$(own_addresses)
  for host in app admin hooks; do
    addresses=$(getent ahosts "$host.$DOMAIN" | awk '{ print $1 }' | sort -u | tr '\n' ' ') || true
    if [ -z "$addresses" ]; then
      warn "$host.$DOMAIN has no address yet: add A and AAAA records for this machine ($own)"
      return 0
    fi
    if ! shares_word "$addresses" "$own"; then
      warn "$host.$DOMAIN leads to $addresses, this machine is $own: no public certificate can be had until that is right"
      return 0
    fi
  done
  DNS_READY=yes
  ok "app, admin and hooks.$DOMAIN lead here"
}

own_addresses() {
  if have_program ip; then
    ip -o addr show scope global 2>/dev/null | awk '$2 !~ /^(docker|br-|veth)/ { sub("/.*", "", $4); print $4 }' | tr '\n' ' '
  else
    hostname -I 2>/dev/null || true
  fi
}

shares_word() {
  local word
  for word in $1; do
    case " $2 " in *" $word "*) return 0 ;; esac
  done
  return 1
}
