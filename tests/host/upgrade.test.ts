import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repository } from './stub-machine.js';

const BACKUP = 'octant-20261127T000000Z';
let home: string;
let checkout: string;

const git = (...args: readonly string[]) => execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8' }).trim();
const put = (file: string, text: string) => {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), text);
};
const read = (file: string) => readFileSync(join(checkout, file), 'utf8');
const calls = () =>
  existsSync(join(home, 'calls')) ? readFileSync(join(home, 'calls'), 'utf8').trim().split('\n') : [];

/** Docker writes down what it is told; `answer` is bash that may fail for some of it. */
function dockerDoes(answer: string): void {
  const file = join(home, 'bin', 'docker');
  writeFileSync(
    file,
    `#!/bin/bash
call="\${*//--project-directory ${checkout.replaceAll('/', '\\/')}/}"
printf '%s\\n' "docker $call version=$(sed -n 's/^OCTANT_VERSION=//p' ${checkout}/.env)" >>${join(home, 'calls')}
case "$*" in
  *"ps --status running --services"*) printf 'redis\\npostgres\\norchestrator\\n' ;;
  *"backup list"*) echo '${BACKUP}  1M  1.0.0' ;;
esac
${answer}
exit 0
`,
  );
  chmodSync(file, 0o755);
}

/** The disk has so much room, whatever the machine of the tests has. */
function diskHas(kilobytes: number): void {
  const file = join(home, 'bin', 'df');
  writeFileSync(file, `#!/bin/bash\necho header\necho 'disk 99999999 0 ${kilobytes} 0% /'\n`);
  chmodSync(file, 0o755);
}

function upgrade(...args: readonly string[]) {
  const result = spawnSync('bash', [join(checkout, 'scripts', 'host', 'upgrade.sh'), ...args], {
    encoding: 'utf8',
    env: { PATH: `${join(home, 'bin')}:/usr/sbin:/usr/bin:/bin`, HOME: home, SETTLE_S: '0' },
  });
  return { code: result.status, output: `${result.stdout}${result.stderr}` };
}

function commit(tag: string): void {
  git('add', '-A');
  git('commit', '-qm', tag);
  git('tag', tag);
}

/** Version 2.0.0 on top of 1.0.0, which is checked out; `change` makes it. */
function releaseNext(change: () => void): void {
  change();
  commit('v2.0.0');
  git('checkout', '-q', 'v1.0.0');
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'octant-upgrade-'));
  checkout = join(home, 'checkout');
  mkdirSync(join(home, 'bin'));
  mkdirSync(join(checkout, 'scripts'), { recursive: true });
  cpSync(join(repository, 'scripts', 'host'), join(checkout, 'scripts', 'host'), { recursive: true });
  put('scripts/host/doctor.sh', '#!/bin/sh\necho "ok clock"\n');
  chmodSync(join(checkout, 'scripts/host/doctor.sh'), 0o755);
  put('.gitignore', '.env\n.octant/\n');
  put('.env', 'DOMAIN=desk.example.com\nOCTANT_VERSION=1.0.0\n');
  put('docker-compose.yml', 'name: one\n');
  put('migrations/001_first.sql', '-- Up Migration\n');
  put('config/limits.yaml', 'a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n');
  put('config/untouched.yaml', 'old: true\n');
  put('config/unused.yaml', 'gone: true\n');
  execFileSync('git', ['-c', 'init.defaultBranch=main', 'init', '-q', checkout]);
  git('config', 'user.email', 'ada@example.com');
  git('config', 'user.name', 'Ada');
  commit('v1.0.0');
  dockerDoes('');
  diskHas(50_000_000);
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('upgrade.sh', () => {
  it('backs up, builds beside, has every program read the configuration, and only then stops and switches', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    expect(upgrade('2.0.0')).toMatchObject({ code: 0 });
    const kinds = calls().map(
      (call) => /once| ps |list|build|--check-config|stop|up -d/.exec(call)?.[0]?.trim() ?? call,
    );
    expect(kinds).toEqual(['once', 'list', 'build', ...Array<string>(9).fill('--check-config'), 'ps', 'stop', 'up -d']);
    expect(calls().at(-1)).toContain('version=2.0.0');
    expect([read('docker-compose.yml'), read('.env')]).toEqual([
      'name: two\n',
      'DOMAIN=desk.example.com\nOCTANT_VERSION=2.0.0\n',
    ]);
    expect(git('rev-parse', 'HEAD')).toBe(git('rev-parse', 'v2.0.0'));
    expect(git('status', '--porcelain')).toBe('');
  });

  it('keeps what the operator has changed in the configuration, and takes over the rest', () => {
    releaseNext(() => {
      put('config/limits.yaml', 'a: 1\nb: 2\nc: 3\nd: 4\ne: 50\n');
      put('config/untouched.yaml', 'old: false\n');
      put('config/added.yaml', 'new: true\n');
      git('rm', '-q', 'config/unused.yaml');
    });
    put('config/limits.yaml', 'a: 100\nb: 2\nc: 3\nd: 4\ne: 5\n');
    put('config/own.yaml', 'mine: true\n');
    expect(upgrade('2.0.0')).toMatchObject({ code: 0 });
    expect(read('config/limits.yaml')).toBe('a: 100\nb: 2\nc: 3\nd: 4\ne: 50\n');
    expect(read('config/untouched.yaml')).toBe('old: false\n');
    expect(read('config/added.yaml')).toBe('new: true\n');
    expect(read('config/own.yaml')).toBe('mine: true\n');
    expect(existsSync(join(checkout, 'config/unused.yaml'))).toBe(false);
  });

  it('leaves the operator’s lines where both have changed them, and puts the new file beside', () => {
    releaseNext(() => {
      put('config/limits.yaml', 'a: 7\nb: 2\nc: 3\nd: 4\ne: 5\n');
    });
    put('config/limits.yaml', 'a: 100\nb: 2\nc: 3\nd: 4\ne: 5\n');
    expect(upgrade('2.0.0').output).toContain('limits.yaml: changed by you and by the new version in the same place');
    expect(read('config/limits.yaml')).toMatch(/^a: 100\n/);
    expect(read('config/limits.yaml.new')).toMatch(/^a: 7\n/);
  });

  it('changes nothing when a program cannot read the configuration', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    dockerDoes(
      'case "$*" in *risk-manager*--check-config*) echo "limits.yaml: a: expected a number" >&2; exit 2 ;; esac',
    );
    const { code, output } = upgrade('2.0.0');
    expect(code).toBe(1);
    expect(output).toMatch(
      /limits\.yaml: a: expected a number[^]*2\.0\.0 cannot read this configuration: risk-manager/,
    );
    expect(calls().some((call) => /stop|up -d/.test(call))).toBe(false);
    expect(read('docker-compose.yml')).toBe('name: one\n');
  });

  it('changes nothing when the backup fails', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    dockerDoes('case "$*" in *"backup once"*) exit 1 ;; esac');
    expect(upgrade('2.0.0')).toMatchObject({ code: 1 });
    expect(calls()).toHaveLength(1);
  });

  it('comes back by itself when the new version does not come up', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
      put('config/untouched.yaml', 'old: false\n');
    });
    put('config/limits.yaml', 'a: 100\n');
    dockerDoes(`case "$*" in *"up -d"*) grep -q 2.0.0 ${checkout}/.env && exit 1 ;; esac`);
    const { code, output } = upgrade('2.0.0');
    expect(code).toBe(1);
    expect(output).toMatch(/2\.0\.0 was taken back, the desk is 1\.0\.0/);
    expect(calls().at(-1)).toMatch(/up -d.*version=1\.0\.0/);
    expect([read('docker-compose.yml'), read('config/untouched.yaml'), read('config/limits.yaml')]).toEqual([
      'name: one\n',
      'old: true\n',
      'a: 100\n',
    ]);
    expect(git('rev-parse', 'HEAD')).toBe(git('rev-parse', 'v1.0.0'));
  });

  it('comes back when the doctor finds what did not fail before', () => {
    put(
      'scripts/host/doctor.sh',
      `#!/bin/sh\necho "FAILED clock"\ngrep -q 2.0.0 ${checkout}/.env && echo "FAILED agents-health"\nexit 1\n`,
    );
    git('commit', '-qam', 'doctor');
    git('tag', '-f', 'v1.0.0');
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    expect(upgrade('2.0.0').output).toMatch(/the doctor finds something before the upgrade: clock/);
    expect(upgrade('2.0.0', '--force')).toMatchObject({ code: 1 });
    expect(read('.env')).toMatch(/OCTANT_VERSION=1\.0\.0/);
  });

  it('wants to be told that a migration cannot be rolled back without the backup, and then restores it', () => {
    releaseNext(() => {
      put('migrations/002_next.sql', '-- Up Migration\n-- Backward-compatible: no\nDROP TABLE a;\n');
    });
    expect(upgrade('2.0.0').output).toMatch(/1\.0\.0 cannot work with what 002_next\.sql makes of the database/);
    expect(calls().some((call) => /stop|up -d/.test(call))).toBe(false);
    dockerDoes(`case "$*" in *"up -d"*) grep -q 2.0.0 ${checkout}/.env && exit 1 ;; esac`);
    expect(upgrade('2.0.0', '--accept-breaking').output).toContain(`the database goes back to ${BACKUP}`);
    expect(calls().some((call) => call.includes(`backup restore-database ${BACKUP} --yes`))).toBe(true);
  });

  it('goes back to the version before by hand, once', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    upgrade('2.0.0');
    expect(upgrade('--rollback')).toMatchObject({ code: 0 });
    expect([read('docker-compose.yml'), read('.env')]).toEqual([
      'name: one\n',
      'DOMAIN=desk.example.com\nOCTANT_VERSION=1.0.0\n',
    ]);
    expect(upgrade('--rollback').output).toMatch(/there is no upgrade to take back/);
  });

  it('still knows the version before when a later upgrade was taken back', () => {
    releaseNext(() => {
      put('config/untouched.yaml', 'new: true\n');
    });
    upgrade('2.0.0');
    put('docker-compose.yml', 'name: three\n');
    commit('v3.0.0');
    git('checkout', '-q', 'v2.0.0');
    dockerDoes(`case "$*" in *"up -d"*) grep -q 3.0.0 ${checkout}/.env && exit 1 ;; esac`);
    expect(upgrade('3.0.0').output).toMatch(/3\.0\.0 was taken back, the desk is 2\.0\.0/);
    expect(upgrade('--rollback').output).toMatch(/back to 1\.0\.0/);
    expect([read('config/untouched.yaml'), read('.env')]).toEqual([
      'old: true\n',
      'DOMAIN=desk.example.com\nOCTANT_VERSION=1.0.0\n',
    ]);
  });

  it('leaves config/ alone when the configuration to go back to is gone', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    upgrade('2.0.0');
    rmSync(join(checkout, '.octant/upgrade/before/config'), { recursive: true });
    const { code, output } = upgrade('--rollback');
    expect(code).toBe(1);
    expect(output).toMatch(/expected the configuration of 1\.0\.0 .* was none/);
    expect(read('config/limits.yaml')).toContain('a: 1');
    expect(read('docker-compose.yml')).toBe('name: two\n');
  });

  it('comes back from an upgrade that was killed in the middle, and begins no other before', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    dockerDoes(`case "$*" in *"up -d"*) kill -9 $PPID ;; esac`);
    expect(upgrade('2.0.0').code).toBeNull();
    expect(read('docker-compose.yml')).toBe('name: two\n');
    dockerDoes('');
    expect(upgrade('2.0.1', '--ref', 'v2.0.0').output).toMatch(/an upgrade was cut short/);
    expect(upgrade('--rollback')).toMatchObject({ code: 0 });
    expect([read('docker-compose.yml'), read('.env')]).toEqual([
      'name: one\n',
      'DOMAIN=desk.example.com\nOCTANT_VERSION=1.0.0\n',
    ]);
    expect(upgrade('2.0.0')).toMatchObject({ code: 0 });
  });

  it.each([
    [['1.0.0'], 2, 'this desk is 1.0.0 already'],
    [['9.9.9'], 1, 'expected a tag v9.9.9 in the checkout, was none'],
    [[], 2, "expected a version such as 1.4.0, was ''"],
    [['--frobnicate'], 2, 'unknown option --frobnicate'],
  ])('refuses %j', (args, code, message) => {
    const result = upgrade(...args);
    expect(result.code).toBe(code);
    expect(result.output).toContain(message);
    expect(calls()).toEqual([]);
  });

  it('refuses a disk on which the next version would not fit, before anything else', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    diskHas(3_000_000);
    expect(upgrade('2.0.0')).toMatchObject({ code: 1, output: expect.stringContaining('4 GB of free disk') as string });
    expect(calls().some((call) => /once|stop|up -d/.test(call))).toBe(false);
  });

  it('refuses a checkout with changes that it would lose', () => {
    releaseNext(() => {
      put('docker-compose.yml', 'name: two\n');
    });
    put('docker-compose.yml', 'name: mine\n');
    expect(upgrade('2.0.0').output).toMatch(/changed outside of config\/: +M docker-compose\.yml/);
    expect(read('docker-compose.yml')).toBe('name: mine\n');
  });
});
