import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, hasImages } from './docker-here.js';
import { repository } from './stub-machine.js';

/** A Debian 12 with nothing on it; the name of another one may be given. */
const image = process.env['HOST_TEST_IMAGE'] ?? 'debian:12';
const name = `octant-setup-${randomBytes(4).toString('hex')}`;
const inside = (script: string) => docker(['exec', name, 'bash', '-c', script]);
const setup = (args: string, variables = '') =>
  inside(
    `cd /opt/octant && ${variables} DOCKER_APT_URL=file:///repo DOCKER_APT_FINGERPRINT=$(cat /repo/fingerprint) ` +
      `./setup.sh --unattended --ignore memory --ignore disk ${args}`,
  );
/** Digest of every file that a set-up may change, with mode and owner. */
const machine = () =>
  inside(
    "find /etc /opt/octant /usr/local /root /var/lib/octant -xdev \\( -type f -o -type d \\) -printf '%p %m %U:%G ' " +
      "\\( -type f -exec sha256sum {} \\; -o -printf '\\n' \\) 2>/dev/null | sort",
  ).stdout;

describe.skipIf(!hasImages(image))(`setup.sh in a clean ${image}`, () => {
  beforeAll(() => {
    expect(docker(['run', '-d', '--name', name, '--cap-add', 'NET_ADMIN', image, 'sleep', '3600']).code).toBe(0);
    inside('mkdir -p /opt/octant/scripts /opt/octant/deploy');
    for (const file of ['setup.sh', 'config', 'docker-compose.yml', '.env.example', 'scripts/host', 'scripts/certs']) {
      if (existsSync(join(repository, file))) docker(['cp', join(repository, file), `${name}:/opt/octant/${file}`]);
    }
    inside('cd /opt/octant && chown -R 0:0 . && [ -f .env.example ] || echo DOMAIN=octant.localhost >.env.example');
    docker(['cp', join(repository, 'tests/host/make-docker-archive.sh'), `${name}:/make-docker-archive.sh`]);
    const made = inside('bash /make-docker-archive.sh');
    expect(made.code, made.output).toBe(0);
  }, 300_000);
  afterAll(() => {
    docker(['rm', '-f', name]);
  });

  it('changes nothing in a dry run', () => {
    const before = machine();
    const { code, output } = setup('--dry-run');
    expect(code, output).toBe(0);
    expect(output).toMatch(/would {3}install .*ufw fail2ban unattended-upgrades chrony/);
    expect(machine()).toBe(before);
  });

  it('prints the names of Ubuntu 22.04 for an Ubuntu 22.04', () => {
    inside('printf \'ID=ubuntu\\nVERSION_ID="22.04"\\nVERSION_CODENAME=jammy\\n\' >/tmp/jammy');
    const { code, output } = setup('--dry-run', 'OS_RELEASE=/tmp/jammy');
    expect(code, output).toBe(0);
    expect(output).toMatch(/ok {6}ubuntu 22\.04 \(jammy\)/);
    expect(output).toMatch(/docker\.asc, from file:\/\/\/repo\/ubuntu\/gpg/);
  });

  it('refuses an archive that is signed by somebody else', () => {
    const { code, output } = inside(
      'cd /opt/octant && DOCKER_APT_URL=file:///repo ./setup.sh --unattended --ignore memory --ignore disk --no-harden --no-start',
    );
    expect(code).toBe(1);
    expect(output).toMatch(/expected Docker's key 9DC8[0-9A-F]+, was [0-9A-F]{40}/);
    expect(inside('test -e /etc/apt/keyrings/docker.asc').code).toBe(1);
  }, 300_000);

  it('goes on where a kill cut it short, to the end', () => {
    inside(
      'cd /opt/octant && DOCKER_APT_URL=file:///repo DOCKER_APT_FINGERPRINT=$(cat /repo/fingerprint) ' +
        'timeout -s KILL 2 ./setup.sh --unattended --ignore memory --ignore disk',
    );
    const { code, output } = setup('--domain desk.example.com --email ops@example.com');
    expect(code, output).toBe(0);
    expect(output).toMatch(/[1-9]\d* changes, \d+ warnings/);
    expect(inside('cat /var/log/docker-calls').stdout).toMatch(/ build\n[^]*up -d --wait --wait-timeout 300\n/);
  }, 300_000);

  it('changes nothing when it is run again', () => {
    const before = machine();
    const { code, output } = setup('');
    expect(code, output).toBe(0);
    expect(output).toMatch(/\n {3}0 changes, /);
    expect(machine()).toBe(before);
  }, 120_000);

  it('leaves a firewall that denies but SSH and the gateway, for containers over both protocols', () => {
    expect(inside('LC_ALL=C ufw status verbose').output).toMatch(
      /Status: active[^]*deny \(incoming\)[^]*22\/tcp +ALLOW IN/,
    );
    for (const program of ['iptables', 'ip6tables']) {
      expect(inside(`${program} -S DOCKER-USER`).stdout).toBe(
        [
          '-N DOCKER-USER',
          '-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
          '-A DOCKER-USER -i docker0 -j RETURN',
          '-A DOCKER-USER -i br-+ -j RETURN',
          '-A DOCKER-USER -i lo -j RETURN',
          '-A DOCKER-USER -p tcp -m conntrack --ctorigdstport 80 -j RETURN',
          '-A DOCKER-USER -p tcp -m conntrack --ctorigdstport 443 -j RETURN',
          '-A DOCKER-USER -j DROP',
          '',
        ].join('\n'),
      );
    }
  });

  it('leaves secrets that root and the containers read, and nobody else', () => {
    expect(inside("stat -c '%a %u:%g' /opt/octant/secrets").stdout).toBe('700 0:0\n');
    expect(inside("stat -c '%a %u:%g' /opt/octant/secrets/* | sort -u").stdout).toBe('440 0:20000\n');
  });
});
