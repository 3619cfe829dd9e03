import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composeByHand } from '../deploy/read-compose.js';
import { repository, StubMachine } from './stub-machine.js';

let machine: StubMachine;

beforeEach(() => {
  machine = new StubMachine();
});
afterEach(() => {
  machine.remove();
});

const unattended = ['--unattended', '--no-start'];

describe('setup.sh, with programs that only write down what they are told', () => {
  it('allows the port on which SSH listens now before it enables the firewall', () => {
    expect(machine.setup(unattended)).toMatchObject({ code: 0 });
    const ufw = machine.calls().filter((call) => call.startsWith('ufw '));
    expect(ufw).toEqual([
      'ufw default deny incoming',
      'ufw default allow outgoing',
      'ufw allow 2222/tcp',
      'ufw allow 80/tcp',
      'ufw allow 443/tcp',
      'ufw --force enable',
    ]);
  });

  it('allows the port of the session that it runs in, although no configuration names it', () => {
    machine.stub('sshd', '[ "$1" = -T ] && echo "port 22"');
    machine.setup(unattended, { SSH_CONNECTION: '203.0.113.9 50000 198.51.100.1 2022' });
    const calls = machine.calls();
    expect(calls.indexOf('ufw allow 2022/tcp')).toBeGreaterThan(-1);
    expect(calls.indexOf('ufw allow 2022/tcp')).toBeLessThan(calls.indexOf('ufw --force enable'));
  });

  it('adds the address that is connected now to a list that would shut it out', () => {
    machine.setup([...unattended, '--ssh-from', '192.0.2.0/24'], {
      SSH_CONNECTION: '203.0.113.9 50000 198.51.100.1 2222',
    });
    expect(machine.calls().filter((call) => call.includes('any port'))).toEqual([
      'ufw allow from 192.0.2.0/24 to any port 2222 proto tcp',
      'ufw allow from 203.0.113.9 to any port 2222 proto tcp',
    ]);
  });

  it('does not enable the firewall when it cannot tell how to get in again', () => {
    machine.stub('sshd', '[ "$1" = -T ] && echo "port none"');
    machine.write('ssh/sshd_config', 'Port none\n');
    const { code, output } = machine.setup(unattended);
    expect(code).toBe(1);
    expect(output).toMatch(/no port of the SSH server was found[^]*What to do: .*SSH_PORT/);
    expect(machine.calls()).not.toContain('ufw --force enable');
  });

  it('denies what containers publish but the gateway, over both protocols, in a block that it replaces', () => {
    machine.setup(unattended);
    const before = machine.read('ufw/after.rules');
    machine.setup(unattended);
    expect(machine.read('ufw/after.rules')).toBe(before);
    expect(before).toBe(`*filter
COMMIT

# BEGIN octant
# Published ports of containers: Docker passes UFW by, and asks only this chain.
*filter
:DOCKER-USER - [0:0]
-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
-A DOCKER-USER -i docker0 -j RETURN
-A DOCKER-USER -i br-+ -j RETURN
-A DOCKER-USER -i lo -j RETURN
-A DOCKER-USER -p tcp -m conntrack --ctorigdstport 80 -j RETURN
-A DOCKER-USER -p tcp -m conntrack --ctorigdstport 443 -j RETURN
-A DOCKER-USER -j DROP
COMMIT
# END octant
`);
    expect(machine.read('ufw/after6.rules')).toBe(before);
  });

  it('leaves passwords to those who have no key', () => {
    const { output } = machine.setup(unattended);
    expect(machine.read('ssh/sshd_config.d/10-octant.conf')).not.toMatch(/^(PasswordAuthentication|PermitRootLogin)/m);
    expect(output).toMatch(/WARNING SSH still takes passwords/);
  });

  it('takes passwords away where the one who is connected has a key', () => {
    mkdirSync(join(machine.root, 'home', '.ssh'));
    writeFileSync(join(machine.root, 'home', '.ssh', 'authorized_keys'), 'ssh-ed25519 AAAA ada\n');
    machine.setup(unattended, { SSH_CONNECTION: '203.0.113.9 50000 198.51.100.1 2222', SUDO_USER: 'root' });
    expect(machine.read('ssh/sshd_config.d/10-octant.conf')).toMatch(
      /PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n$/,
    );
  });

  it('takes its SSH settings back when the server refuses them, and leaves it alone', () => {
    machine.stub('sshd', '[ "$1" = -T ] && echo "port 22"; [ "$1" = -t ] && exit 255');
    mkdirSync(join(machine.root, 'run', 'systemd', 'system'), { recursive: true });
    const { code, output } = machine.setup(unattended);
    expect(code).toBe(1);
    expect(output).toMatch(/sshd -t refuses the configuration/);
    expect(machine.read('ssh/sshd_config.d/10-octant.conf')).toBeUndefined();
    expect(machine.calls()).not.toContain('systemctl reload ssh');
  });

  it('keeps Docker out of what is upgraded by itself', () => {
    machine.setup(unattended);
    expect(machine.read('apt/apt.conf.d/52octant-unattended-upgrades')).toMatch(/"docker-ce";[^]*"containerd\\\.io";/);
  });

  it('changes nothing in a dry run, and says what it would do', () => {
    const files = () => readdirSync(machine.root, { recursive: true }).filter((name) => name !== 'calls');
    const before = files();
    const { code, output } = machine.setup([...unattended, '--dry-run']);
    expect(code).toBe(0);
    expect(files()).toEqual(before);
    expect(machine.calls()).toEqual([]);
    expect(output).toMatch(/\d+ changes would be made/);
  });

  it('speaks of Ubuntu 22.04 by its names', () => {
    machine.write('os-release', 'ID=ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n');
    machine.stub('dpkg-query', 'exit 1');
    const { code, output } = machine.setup([...unattended, '--dry-run']);
    expect(code).toBe(0);
    expect(output).toMatch(/ok {6}ubuntu 22\.04 \(jammy\)/);
    expect(output).toMatch(/gpg.*download\.docker\.com\/linux\/ubuntu\/gpg|download\.docker\.com\/linux\/ubuntu\/gpg/);
    expect(output).toMatch(/install docker-ce docker-ce-cli containerd\.io docker-buildx-plugin docker-compose-plugin/);
  });

  it('refuses a system that it does not know before it changes anything', () => {
    machine.write('os-release', 'ID=fedora\nVERSION_ID=42\n');
    const { code, output } = machine.setup(unattended);
    expect(code).toBe(1);
    expect(output).toMatch(/expected Ubuntu 22\.04 or 24\.04, or Debian 12 or 13, was fedora 42/);
    expect(machine.calls()).toEqual([]);
  });

  it.each([
    [['--domain', 'Desk.Example'], "DOMAIN: expected a name such as desk.example.com, was 'Desk.Example'"],
    [['--email', 'ops'], "ACME_EMAIL: expected an address such as ops@example.com, was 'ops'"],
    [['--ssh-from', 'home'], "SSH_ALLOWED_IPS: expected addresses such as 203.0.113.7 or 2001:db8::/48, was 'home'"],
    [['--oauth', 'gitlab'], "OAUTH2_PROVIDER: expected github, google, okta or oidc, was 'gitlab'"],
    [['--frobnicate'], 'unknown option --frobnicate'],
    [['--domain'], '--domain: expected a value, was none'],
  ])('ends with 2 for %j', (args, message) => {
    const { code, output } = machine.setup([...unattended, ...args]);
    expect(code).toBe(2);
    expect(output).toContain(message);
    expect(machine.calls()).toEqual([]);
  });

  it('keeps what .env says, and refuses an answer that differs from it', () => {
    writeFileSync(join(machine.checkout, '.env'), 'DOMAIN=desk.example.com\nOWN=1\n');
    const { code, output } = machine.setup([...unattended, '--domain', 'other.example.com']);
    expect(code).toBe(2);
    expect(output).toMatch(/DOMAIN: \.env says desk\.example\.com, was given other\.example\.com/);
    expect(readFileSync(join(machine.checkout, '.env'), 'utf8')).toBe('DOMAIN=desk.example.com\nOWN=1\n');
  });

  it('never changes a secret that is there, and never shows one', () => {
    machine.setup(unattended);
    const secrets = join(machine.checkout, 'secrets');
    const read = () => readdirSync(secrets).map((name) => [name, readFileSync(join(secrets, name), 'utf8')] as const);
    const before = read();
    const { output } = machine.setup(unattended);
    expect(read()).toEqual(before);
    const told = output + readFileSync(join(machine.root, 'setup.log'), 'utf8');
    expect(before.filter(([, value]) => value.length > 8 && told.includes(value))).toEqual([]);
  });

  it('makes the rest of the secrets after it was cut short', () => {
    machine.setup(unattended);
    const token = join(machine.checkout, 'secrets', 'admin_token');
    spawnSync('rm', [token]);
    expect(machine.setup(unattended).output).toMatch(/1 secrets in .*: admin_token\n/);
    expect(readFileSync(token, 'utf8')).toMatch(/^[\w-]{32}$/);
  });

  it('starts the desk at the end, waits for it, and has the doctor look', () => {
    const { code } = machine.setup(['--unattended']);
    expect(code).toBe(0);
    const compose = `docker compose --project-directory ${machine.checkout}`;
    expect(machine.calls().slice(-3)).toEqual([
      `${compose} --profile ops build`,
      `${compose} up -d --wait --wait-timeout 300`,
      'doctor.sh --settle 90',
    ]);
  });
});

describe('the secrets of setup.sh', () => {
  it('are those of npm ci, in the same form', async () => {
    const { inventory } = (await import(join(repository, 'deploy', 'secrets', 'inventory.js'))) as {
      inventory: readonly { name: string; make?: () => string }[];
    };
    machine.setup(unattended);
    const secrets = join(machine.checkout, 'secrets');
    const lengths = Object.fromEntries(
      readdirSync(secrets).map((name) => [name, readFileSync(join(secrets, name), 'utf8').length]),
    );
    expect(lengths).toEqual(Object.fromEntries(inventory.map(({ name, make }) => [name, make?.().length ?? 0])));
  });

  it('are all kept by the backup', async () => {
    const { inventory } = (await import(join(repository, 'deploy', 'secrets', 'inventory.js'))) as {
      inventory: readonly { name: string }[];
    };
    const kept = composeByHand(repository).services['backup']?.secrets ?? [];
    expect([...kept].sort()).toEqual(inventory.map(({ name }) => name).sort());
  });
});
