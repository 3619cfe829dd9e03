# shellcheck shell=bash
# UFW for the machine, DOCKER-USER for what containers publish: Docker's own rules pass UFW by. Sourced by setup.sh.

set_up_firewall() {
  step 'Firewall'
  local http https
  http=$(setting HTTP_PORT 80)
  https=$(setting HTTPS_PORT 443)
  if [ "$DRY_RUN" = yes ] && ! have_program ufw; then
    changed 'ufw: deny what comes in, but for the ports below'
    plan_ssh_rules
    changed "ufw allow $http/tcp, ufw allow $https/tcp, then ufw enable"
  else
    set_ufw_default incoming DEFAULT_INPUT_POLICY DROP deny
    set_ufw_default outgoing DEFAULT_OUTPUT_POLICY ACCEPT allow
    allow_ssh
    allow "allow $http/tcp"
    allow "allow $https/tcp"
  fi
  put_docker_rules "$http" "$https"
  # Last, when the way in that is being used is allowed.
  if have_program ufw; then enable_ufw; fi
}

set_ufw_default() {
  grep -qx "$2=\"$3\"" "$ETC/default/ufw" 2>/dev/null && return 0
  change "ufw default $4 $1" ufw default "$4" "$1"
}

# One rule a port and address; without addresses the port is open, and fail2ban watches it.
wanted_ssh_rules() {
  local port address
  for port in $(ssh_ports); do
    if [ -z "$SSH_ALLOWED_IPS" ]; then
      echo "allow $port/tcp"
      continue
    fi
    for address in $(ssh_addresses); do
      echo "allow from $address to any port $port proto tcp"
    done
  done
}

plan_ssh_rules() {
  local rule
  wanted_ssh_rules | while read -r rule; do say "   would   ufw $rule"; done
}

allow_ssh() {
  local rule kept="$STATE_DIR/ufw-ssh-rules" wanted
  wanted=$(wanted_ssh_rules)
  [ -n "$wanted" ] || die 1 'no port of the SSH server was found, so that the firewall could lock you out' \
    'start the SSH server, or set SSH_PORT to its port.'
  while read -r rule; do allow "$rule"; done <<<"$wanted"
  # Rules of an earlier run that are no longer wanted go after the new ones are there.
  if [ -f "$kept" ]; then
    while read -r rule; do
      grep -qxF "$rule" <<<"$wanted" && continue
      # shellcheck disable=SC2086  # the words of a rule
      if has_rule "$rule"; then change "ufw delete $rule" ufw delete $rule; fi
    done <"$kept"
  fi
  put_file "$kept" 0644 <<<"$wanted" || true
}

allow() {
  has_rule "$1" && return 0
  # shellcheck disable=SC2086  # the words of a rule
  change "ufw $1" ufw $1
}

# `any port P proto tcp` comes back from ufw as it was given.
has_rule() { ufw show added 2>/dev/null | grep -qxF "ufw $1"; }

enable_ufw() {
  if is_ufw_active; then return 0; fi
  change 'ufw enable' ufw --force enable
  if [ "$DRY_RUN" = yes ] || is_ufw_active; then return 0; fi
  die 1 "ufw was enabled and does not say that it is active: $(LC_ALL=C ufw status 2>&1 | tail -n 1)" \
    'run ufw status, mend what it names, then run setup.sh again.'
}

is_ufw_active() { LC_ALL=C ufw status 2>/dev/null | grep -qx 'Status: active'; }

# What comes from the bridges of Docker goes on; of the rest, only the gateway's ports. They are matched by the port
# that was dialled, for Docker has rewritten the other one by then.
docker_user_rules() {
  cat <<RULES
# Published ports of containers: Docker passes UFW by, and asks only this chain.
*filter
:DOCKER-USER - [0:0]
-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
-A DOCKER-USER -i docker0 -j RETURN
-A DOCKER-USER -i br-+ -j RETURN
-A DOCKER-USER -i lo -j RETURN
-A DOCKER-USER -p tcp -m conntrack --ctorigdstport $1 -j RETURN
-A DOCKER-USER -p tcp -m conntrack --ctorigdstport $2 -j RETURN
-A DOCKER-USER -j DROP
COMMIT
RULES
}

put_docker_rules() {
  local file reload=no rules
  rules=$(docker_user_rules "$1" "$2")
  for file in "$ETC/ufw/after.rules" "$ETC/ufw/after6.rules"; do
    if put_block "$file" <<<"$rules"; then reload=yes; fi
  done
  [ "$reload" = yes ] || return 0
  if have_program ufw && is_ufw_active; then change 'ufw reload' ufw reload; fi
}
