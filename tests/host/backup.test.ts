import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, hasImages } from './docker-here.js';
import { repository } from './stub-machine.js';

const POSTGRES = 'postgres:17-bookworm';
const REDIS = 'redis:7.4-bookworm';
const id = `octant-backup-${randomBytes(4).toString('hex')}`;
const database = `${id}-postgres`;
const redis = `${id}-redis`;
const folder = mkdtempSync(join(tmpdir(), 'octant-backup-'));
const secret = (name: string) => join(folder, 'secrets', name);

/** The product's image under the compose file's hardening, on a network that leads nowhere. */
function backup(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const given = {
    POSTGRES_PASSWORD_FILE: '/run/secrets/postgres_password_backup',
    PGUSER: 'backup',
    PGHOST: database,
    REDIS_HOST: redis,
    REDIS_USER: 'admin',
    REDIS_PASSWORD_FILE: '/run/secrets/redis_password_admin',
    BACKUP_KEY_FILE: '/run/secrets/backup_key',
    BACKUP_FILES: 'config=/config secrets=/run/secrets',
    ...variables,
  };
  const hardened = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', '999:999'];
  return docker([
    'run',
    '--rm',
    '--network',
    id,
    ...hardened,
    '--tmpfs',
    '/tmp:size=64m,mode=1777,noexec',
    '-v',
    `${join(folder, 'secrets')}:/run/secrets:ro`,
    '-v',
    `${join(folder, 'config')}:/config:ro`,
    '-v',
    `${id}:/backups`,
    '-v',
    `${join(folder, 'textfile')}:/textfile`,
    ...Object.entries(given).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    id,
    ...args,
  ]);
}

const psql = (sql: string) =>
  docker(['exec', '-i', database, 'psql', '-XAtqU', 'postgres', '-d', 'octant', '-v', 'ON_ERROR_STOP=1'], sql);
const inVolume = (script: string) =>
  docker(['run', '--rm', '-v', `${id}:/backups`, '--user', '0:0', '--entrypoint', 'bash', id, '-c', script]);
const newest = () => backup(['list']).stdout.trim().split('\n').at(-1)?.split(' ')[0] ?? '';

/** The first start of the image ends with a restart: only over TCP is it the server that stays. */
async function untilReady(): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (docker(['exec', database, 'pg_isready', '-q', '-h', '127.0.0.1']).code !== 0) {
    if (performance.now() > deadline) throw new Error('Postgres was not ready within 60 s');
    await setTimeout(200);
  }
}

const SEED = `
CREATE ROLE backup LOGIN PASSWORD 'for-backup';
GRANT pg_read_all_data TO backup;
CREATE ROLE trade_executor LOGIN;
CREATE SCHEMA octant;
SET search_path = octant;
${['001_platform', '010_orchestrator', '030_executor', '040_portfolio'].map((name) => readFileSync(join(repository, 'migrations', `${name}.sql`), 'utf8')).join('\n')}
GRANT SELECT, INSERT ON orders TO trade_executor;
INSERT INTO holdings VALUES ('BTC-USDT', 0.123456789012345678, 1234.567890123456789, now());
INSERT INTO portfolio_ledger VALUES (true, 7, '{"cashQuote": "8765.432109876543211"}', now());
INSERT INTO paper_account (start_equity_quote, cash_quote) VALUES (10000, 8765.432109876543211);
INSERT INTO pnl_days VALUES ('2026-11-25', 10000, 10001.23, 1.23, 0.000123, 1.5, 0.27, 3, false, null, 1);
INSERT INTO audit_events (event_id, actor, action, subject, details, at_ms, trace_id, published_at)
  SELECT 'e' || i, 'ada', 'test', 's', '{}', i, 't', now() FROM generate_series(1, 500) i;
`;

describe.skipIf(!hasImages(POSTGRES, REDIS))(`the backup image, at ${POSTGRES} and ${REDIS}`, () => {
  beforeAll(async () => {
    for (const name of ['secrets', 'config', 'textfile']) mkdirSync(join(folder, name));
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'textfile'), 0o777);
    writeFileSync(secret('postgres_password_backup'), 'for-backup');
    writeFileSync(secret('postgres_password'), 'for-postgres');
    writeFileSync(secret('redis_password_admin'), 'for-redis');
    writeFileSync(secret('backup_key'), randomBytes(32).toString('base64url'));
    writeFileSync(join(folder, 'config', 'limits.yaml'), 'limits: { max: 1 }\n');
    const built = docker(['build', '-t', id, join(repository, 'backup')]);
    expect(built.code, built.output).toBe(0);
    docker(['network', 'create', '--internal', id]);
    docker([
      'run',
      '-d',
      '--name',
      database,
      '--network',
      id,
      '-e',
      'POSTGRES_DB=octant',
      '-e',
      'POSTGRES_PASSWORD=for-postgres',
      POSTGRES,
    ]);
    docker([
      'run',
      '-d',
      '--name',
      redis,
      '--network',
      id,
      REDIS,
      'redis-server',
      '--appendonly',
      'yes',
      '--repl-diskless-sync-delay',
      '0',
      '--user',
      'default',
      'off',
      '--user',
      'admin',
      'on',
      '>for-redis',
      '~*',
      '&*',
      '+@all',
    ]);
    await untilReady();
    const seeded = psql(SEED);
    expect(seeded.code, seeded.output).toBe(0);
    docker([
      'exec',
      redis,
      'redis-cli',
      '--user',
      'admin',
      '--pass',
      'for-redis',
      '--no-auth-warning',
      'XADD',
      'octant:exec.orders',
      '*',
      'data',
      '{}',
    ]);
  }, 300_000);
  afterAll(() => {
    docker(['rm', '-f', '-v', database, redis]);
    docker(['volume', 'rm', '-f', id]);
    docker(['network', 'rm', id]);
    docker(['image', 'rm', '-f', id]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes a backup and brings it back to the last digit', () => {
    expect(backup(['once'])).toMatchObject({ code: 0 });
    const drill = backup(['drill']);
    expect(drill.code, drill.output).toBe(0);
    expect(drill.output).toMatch(
      /restore drill of octant-\w+ passed in \d+ s: \d+ figures equal to the last digit, 1 keys in Redis/,
    );
    expect(backup(['figures', newest()]).stdout).toMatch(
      /^octant holding\|BTC-USDT\|0\.123456789012345678\|1234\.567890123456789$/m,
    );
  });

  it('tells the node exporter when', () => {
    const text = readFileSync(join(folder, 'textfile', 'octant_backup.prom'), 'utf8');
    expect(text).toMatch(/^backup_last_success_timestamp_seconds \d{10}$/m);
    expect(text).toMatch(/^restore_drill_last_success_timestamp_seconds \d{10}$/m);
    expect(readdirSync(join(folder, 'textfile'))).toEqual(['octant_backup.prom']);
  });

  it('holds no secret and no figure that can be read without the key', () => {
    const text = inVolume('cat /backups/octant-*/*').output;
    expect(['for-redis', 'for-postgres', '1234.567890', 'BTC-USDT'].filter((value) => text.includes(value))).toEqual(
      [],
    );
  });

  it('keeps configuration and secrets', () => {
    expect(inVolume('true').code).toBe(0);
    const listing = docker([
      'run',
      '--rm',
      '--user',
      '999:999',
      '-v',
      `${id}:/backups`,
      '-v',
      `${join(folder, 'secrets')}:/run/secrets:ro`,
      '-e',
      'BACKUP_KEY_FILE=/run/secrets/backup_key',
      '--entrypoint',
      'bash',
      id,
      '-c',
      `/opt/backup/backup.sh extract ${newest()} files.tar.gz | tar -tzf - | sort`,
    ]).stdout;
    expect(listing.split('\n')).toEqual(expect.arrayContaining(['./config/limits.yaml', './secrets/backup_key']));
  });

  it('fails a drill whose database differs in the last digit', () => {
    const name = newest();
    const forged = inVolume(
      `cd /backups/${name} && cp figures.txt.gpg SHA256SUMS /tmp && export GNUPGHOME=/tmp/g && mkdir -m 700 -p $GNUPGHOME && ` +
        `echo ${readFileSync(secret('backup_key'), 'utf8')} >/tmp/key && ` +
        'gpg --batch --quiet --no-autostart --pinentry-mode loopback --passphrase-file /tmp/key -d /tmp/figures.txt.gpg | sed s/012345678/012345679/ | ' +
        'gpg --batch --quiet --no-autostart --pinentry-mode loopback --passphrase-file /tmp/key --s2k-count 65011712 --yes -c -o figures.txt.gpg && ' +
        'sed -i "s/^.*  figures.txt.gpg$/$(sha256sum figures.txt.gpg)/" SHA256SUMS && cp /tmp/figures.txt.gpg /backups/kept && cp /tmp/SHA256SUMS /backups/kept-sums',
    );
    expect(forged.code, forged.output).toBe(0);
    const { code, output } = backup(['drill', name]);
    inVolume(
      `mv /backups/kept /backups/${name}/figures.txt.gpg; mv /backups/kept-sums /backups/${name}/SHA256SUMS; chown 999:999 /backups/${name}/*`,
    );
    expect(code).toBe(1);
    expect(output).toMatch(
      /the restored database differs[^]*< octant holding\|BTC-USDT\|0\.123456789012345679[^]*> octant holding\|BTC-USDT\|0\.123456789012345678/,
    );
  });

  it('names the part that is damaged', () => {
    const name = newest();
    inVolume(
      `cp /backups/${name}/postgres.dump.gpg /backups/kept; printf x | dd of=/backups/${name}/postgres.dump.gpg bs=1 seek=2000 conv=notrunc`,
    );
    const { code, output } = backup(['verify', name]);
    inVolume(`mv /backups/kept /backups/${name}/postgres.dump.gpg; chown 999:999 /backups/${name}/*`);
    expect(code).toBe(1);
    expect(output).toMatch(/is damaged: postgres\.dump\.gpg: FAILED .*Take an older one/);
  });

  it('tells a wrong key from damage', () => {
    const key = readFileSync(secret('backup_key'), 'utf8');
    writeFileSync(secret('backup_key'), 'another key');
    const { code, output } = backup(['drill']);
    writeFileSync(secret('backup_key'), key);
    expect(code).toBe(1);
    expect(output).toMatch(/was not made with this key/);
  });

  it('leaves nothing behind when the database is away, and says so', () => {
    const before = backup(['list']).stdout;
    const { code, output } = backup(['once'], { PGPORT: '1' });
    expect(code).toBe(1);
    expect(output).toMatch(/Postgres does not take us in: .*port 1 failed: Connection refused/);
    expect(inVolume('ls -A /backups').stdout).not.toMatch(/partial|drill/);
    expect(backup(['list']).stdout).toBe(before);
  });

  it('refuses to replace a database at which somebody is, and one without being told twice', () => {
    const owner = { PGUSER: 'postgres', POSTGRES_PASSWORD_FILE: '/run/secrets/postgres_password' };
    expect(backup(['restore-database', newest()], owner)).toMatchObject({ code: 2 });
    docker([
      'exec',
      '-d',
      database,
      'psql',
      'postgresql://postgres@/octant?application_name=octant-orchestrator',
      '-c',
      'SELECT pg_sleep(5)',
    ]);
    const { code, output } = backup(['restore-database', newest(), '--yes'], owner);
    expect(code).toBe(1);
    expect(output).toMatch(/expected nobody at the database octant, were: octant-orchestrator/);
    psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'octant-orchestrator'");
  });

  it('puts the database back with its grants, and keeps what it replaces', () => {
    const owner = { PGUSER: 'postgres', POSTGRES_PASSWORD_FILE: '/run/secrets/postgres_password' };
    psql('DELETE FROM octant.holdings');
    const { code, output } = backup(['restore-database', newest(), '--yes'], owner);
    expect(code, output).toBe(0);
    expect(psql('SELECT qty FROM octant.holdings').stdout).toBe('0.123456789012345678\n');
    expect(psql("SELECT has_table_privilege('trade_executor', 'octant.orders', 'INSERT')").stdout).toBe('t\n');
    expect(psql("SELECT count(*) FROM pg_database WHERE datname LIKE 'octant\\_before\\_%'").stdout).toBe('1\n');
  });

  it('tells that the off-site command failed, with what it said, and not what it is', () => {
    const { code, output } = backup(['once'], { BACKUP_OFFSITE_COMMAND: 'echo no route; exit 9 # token=hidden' });
    expect(code).toBe(1);
    expect(output).toMatch(/was not sent: BACKUP_OFFSITE_COMMAND ended with 9: no route/);
    expect(output).not.toMatch(/hidden/);
  });

  it('gives the off-site command the directory and the name', () => {
    const { code, output } = backup(['offsite'], {
      BACKUP_OFFSITE_COMMAND: '[ -s "$1/SHA256SUMS" ] && [ "$1" = "/backups/$2" ]',
    });
    expect(code, output).toBe(0);
  });

  it('keeps the newest three however old, and what is younger than the limit', () => {
    inVolume(
      'cd /backups && for day in 01 02 03; do mkdir -p octant-202001${day}T000000Z; done; chown -R 999:999 octant-2020*',
    );
    expect(backup(['once'])).toMatchObject({ code: 0 });
    expect(backup(['list']).stdout).not.toMatch(/octant-2020/);
  });
});
