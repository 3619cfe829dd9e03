import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus } from '@octant/platform/bus/bus';
import { openBus } from '@octant/platform/bus/open-bus';
import { subscription } from '@octant/platform/bus/subscription';
import { benchVariables } from '../../../scripts/launcher/src/bench/cycle/bench-home.js';
import { KillableServer } from '../../../scripts/launcher/src/chaos/killable-server.js';
import { findRedis } from '../../../scripts/launcher/src/servers/find-redis.js';
import type { ServerPlan } from '../../../scripts/launcher/src/servers/server-plan.js';
import { fleetAcl } from '../../support/fleet-acl.js';
import { eventually, silentLogger, workItem } from './desk.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'octant-redis-'));
const prefix = 'octant:';
const password = 'of-everybody-in-this-test';

/** The compose fleet's Redis, its settings and users, as a program of this machine; or why there is none. */
async function fleetRedis(): Promise<ServerPlan | string> {
  const programs = ['programs', 'test/programs'].map((path) => join(root, '.octant', path)).find(existsSync);
  if (programs !== undefined) symlinkSync(programs, join(home, 'programs'));
  const plan = await findRedis({ root, home, env: benchVariables(process.env), say: () => undefined });
  const { program } = plan;
  if (program === undefined || program.mark[0] !== 'redis-server')
    throw new Error(`expected a program: ${plan.origin}`);
  const file = join(home, 'users.acl');
  // Nobody here says which version it is: the rule is left out of all.
  writeFileSync(file, `${fleetAcl({ prefix, password, knowsSetInfo: false }).join('\n')}\n`);
  const data = join(home, 'data');
  mkdirSync(data);
  const { port } = new URL(plan.url);
  const ours = { bind: '127.0.0.1', port, dir: data, aclfile: file };
  const settings = readFileSync(join(root, 'deploy/redis/redis.conf'), 'utf8').split('\n');
  const theirs = settings.filter((line) => !Object.keys(ours).includes(line.split(' ', 1)[0] ?? ''));
  const config = join(home, 'fleet.conf');
  writeFileSync(config, [...theirs, ...Object.entries(ours).map((pair) => pair.join(' ')), ''].join('\n'));
  return {
    ...plan,
    url: `redis://admin:${password}@127.0.0.1:${port}`,
    program: { ...program, args: [config] },
  };
}

const found = await fleetRedis();
const skipped = typeof found === 'string' ? ` (skipped: ${found})` : '';
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(skipped !== '')(`Redis with the users of the compose fleet${skipped}`, () => {
  let server: KillableServer;
  let admin: Redis;
  const buses: Bus[] = [];

  const urlOf = (user: string) => server.plan.url.replace('admin', user);
  const openFor = (agent: string) => {
    const bus = openBus({ redisUrl: urlOf(agent), prefix, agent, logger: silentLogger });
    buses.push(bus);
    return bus;
  };

  /** Every key with all that is in it; of a stream's groups what they have read and not acknowledged. */
  const contents = async () => {
    const keys = (await admin.keys('*')).sort();
    return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await contentOf(key)] as const)));
  };

  const contentOf = async (key: string) => {
    const type = await admin.type(key);
    if (type === 'hash') return admin.hgetall(key);
    if (type !== 'stream') return (await admin.dumpBuffer(key)).toString('hex');
    const groups = (await admin.xinfo('GROUPS', key)) as unknown[][];
    const readings = groups.map((group) =>
      ['name', 'pending', 'last-delivered-id'].map((name) => group[group.indexOf(name) + 1]),
    );
    return { entries: await admin.xrange(key, '-', '+'), readings };
  };

  beforeAll(async () => {
    server = new KillableServer(found as ServerPlan, home);
    await server.start();
    admin = new Redis(server.plan.url);
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.stop(1_000)));
    admin.disconnect();
    await server.stop();
  });

  it('is what it was when it was killed and started again', async () => {
    const notifier = openFor('notification-manager');
    const risk = openFor('risk-manager');
    const handled: number[] = [];
    await notifier.start([
      subscription({
        stream: 'notify.events',
        group: 'notify',
        schema: workItem,
        maxFailures: 1,
        handle: ({ payload }) => {
          if (payload.n === 7) throw new Error('of no use');
          handled.push(payload.n);
          return { messages: [{ stream: 'audit.events', type: 'work', payload: { n: payload.n } }] };
        },
      }),
    ]);
    for (let n = 0; n < 20; n += 1) {
      await risk.publish({ stream: 'notify.events', type: 'work', id: `n-${String(n)}`, payload: { key: 'a', n } });
    }
    await eventually('all is handled', () => handled.length === 19);
    await eventually('one is given up', async () => (await admin.xlen(`${prefix}notify.events.dlq`)) === 1);
    await Promise.all(buses.splice(0).map((bus) => bus.stop(1_000)));
    const before = await contents();
    expect(await admin.xlen(`${prefix}notify.events`)).toBe(20);
    expect(await admin.xlen(`${prefix}audit.events`)).toBe(19);

    await server.fail('SIGKILL', 0);
    await eventually('it answers', async () => (await admin.ping().catch(() => '')) === 'PONG');

    expect(await contents()).toEqual(before);
    expect(readFileSync(join(home, 'logs', 'redis.log'), 'utf8')).not.toContain('CRITICAL');
  });

  it('lets nobody in as default, with a password or without', async () => {
    const nobody = new Redis({
      port: Number(new URL(server.plan.url).port),
      lazyConnect: true,
      enableReadyCheck: false,
    });
    nobody.on('error', () => undefined);
    await nobody.connect();
    await expect(nobody.get(`${prefix}x`)).rejects.toThrow('NOAUTH');
    for (const guess of ['', 'default', password]) {
      await expect(nobody.auth('default', guess)).rejects.toThrow('WRONGPASS');
    }
    await expect(nobody.get(`${prefix}x`)).rejects.toThrow('NOAUTH');
    nobody.disconnect();
  });
});
