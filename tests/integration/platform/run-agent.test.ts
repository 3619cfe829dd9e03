import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pino } from 'pino';
import { openBus } from '@octant/platform/bus/open-bus';
import type { Bus } from '@octant/platform/bus/bus';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { freshDesk, viaPort, type FreshDesk } from '../../support/test-servers.js';
import { AgentProcess } from './agent-process.js';

const directory = fileURLToPath(new URL('../../../migrations', import.meta.url));
const logger = pino({ level: 'silent' });

let desk: FreshDesk;
let bus: Bus;
const started: AgentProcess[] = [];

beforeAll(async () => {
  desk = freshDesk('run_agent');
  bus = openBus({ redisUrl: desk.redisUrl, prefix: desk.prefix, agent: 'test', logger });
  await migrate(desk.schema);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((agent) => agent.kill()));
  await desk.redis.del(`${desk.prefix}work`);
});
afterAll(async () => {
  await bus.stop(1000);
  await desk.drop();
});

async function migrate(schema: string): Promise<void> {
  await migrateDatabase({ connection: desk.databaseUrl, schema, directory, logger });
}

function run(env: Readonly<Record<string, string>> = {}, nodeFlags: readonly string[] = []): AgentProcess {
  const agent = new AgentProcess(
    {
      REDIS_URL: desk.redisUrl,
      DATABASE_URL: desk.databaseUrl,
      OCTANT_REDIS_PREFIX: desk.prefix,
      OCTANT_PG_SCHEMA: desk.schema,
      OCTANT_REDIS_DURABILITY: 'relaxed',
      ADMIN_TOKEN: 'admin-token',
      ...env,
    },
    nodeFlags,
  );
  started.push(agent);
  return agent;
}

let sent = 0;
async function send(kind: 'quick' | 'slow' | 'endless'): Promise<void> {
  sent += 1;
  await bus.publish({ stream: 'work', type: 'work', id: `work-${String(sent)}`, payload: { kind } });
}

async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('an agent’s process', () => {
  test('serves, consumes and tells its stream figures', async () => {
    const agent = run();
    await agent.line('is ready');
    const url = await agent.url();
    const health = (await (await fetch(`${url}/health`)).json()) as { dependencies: unknown };
    expect(health).toMatchObject({
      status: 'ok',
      state: 'ready',
      dependencies: { redis: { status: 'ok' }, postgres: { status: 'ok' } },
    });
    await send('quick');
    const handling = await agent.line('handling');
    expect([handling['kind'], handling['traceId']]).toEqual(['quick', expect.stringMatching(/^[0-9a-f]{32}$/)]);
    await send('endless');
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    const pending = 'stream_pending_count{stream="work",group="example"} 1';
    await expect.poll(metrics, { timeout: 10_000, interval: 200 }).toContain(pending);
    expect(await metrics()).toContain('stream_messages_total{stream="work",group="example",outcome="handled"} 1');
  });

  test('finishes what it handles on SIGTERM, acknowledges it and ends with 0', async () => {
    const agent = run();
    await agent.line('is ready');
    const before = await bus.admin.length('done');
    await send('slow');
    await agent.line('handling');
    agent.child.kill('SIGTERM');
    expect(await agent.exited).toBe(0);
    expect(await bus.admin.length('done')).toBe(before + 1);
    expect((await bus.admin.pending('work', 'example', 10)).total).toBe(0);
    expect(agent.lines.map((line) => line.msg)).toEqual(expect.arrayContaining(['draining', 'stopped']));
  });

  test('ends with 1 when the grace period runs out, or at once on a second signal', async () => {
    const late = run({ SHUTDOWN_GRACE_MS: '500' });
    await late.line('is ready');
    await send('endless');
    await late.line('handling');
    late.child.kill('SIGTERM');
    expect(await late.exited).toBe(1);

    const twice = run({ SHUTDOWN_GRACE_MS: '60000' });
    await twice.line('handling');
    twice.child.kill('SIGINT');
    await twice.line('draining');
    twice.child.kill('SIGINT');
    expect(await twice.exited).toBe(1);
  });

  test('takes a changed configuration on SIGHUP without a restart', async () => {
    const agent = run();
    await agent.line('is ready');
    writeFileSync(join(agent.folders.CONFIG_DIR, 'agents', 'example.yaml'), 'threshold: 0.9\n');
    agent.child.kill('SIGHUP');
    await agent.line('configuration reloaded');
    await send('quick');
    expect((await agent.line('handling'))['threshold']).toBe(0.9);
  });

  test.each(['throw', 'reject'])('logs what nobody catches (%s) as fatal and ends with 1', async (fail) => {
    const agent = run();
    await agent.line('is ready');
    const body = JSON.stringify({ fail });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${await agent.url()}/example/upload`, { method: 'POST', body, headers }).catch(() => undefined);
    expect(await agent.exited).toBe(1);
    expect(agent.lines.at(-1)).toMatchObject({ level: 'fatal', msg: 'unhandled error, the process ends' });
  });

  test.skipIf(process.platform !== 'linux')('is small when idle', async () => {
    const agent = run({}, ['--max-semi-space-size=1', '--max-old-space-size=128']);
    await agent.line('is ready');
    const rollup = readFileSync(`/proc/${String(agent.child.pid)}/smaps_rollup`, 'utf8');
    const pssMb = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024;
    expect(pssMb).toBeLessThan(90);
  });
});

describe('a start that cannot be', () => {
  test('because of the configuration ends with 2 and says in plain words what is wrong', async () => {
    const agent = run({ REDIS_URL: 'localhost' });
    expect(await agent.exited).toBe(2);
    expect(agent.stderr).toBe(
      'example cannot start:\n  environment: REDIS_URL: expected a URL like redis://host:6379, was [redacted]\n',
    );
  });

  test('because of the port ends with 1 and names port and agent', async () => {
    const other = createServer();
    const port = await listening(other);
    const agent = run({ PORT: String(port) });
    expect(await agent.exited).toBe(1);
    expect(agent.stderr).toBe(
      `example failed: example: expected port ${String(port)} on 127.0.0.1 to be free, was in use by another program\n`,
    );
    other.close();
  });
});

describe('a start that must wait', () => {
  test('for Redis says so, is live but not healthy, and goes on when it comes', async () => {
    const { hostname, port: redisPort } = new URL(desk.redisUrl);
    const port = await freePort();
    const agent = run({ REDIS_URL: viaPort(desk.redisUrl, port) });
    await agent.line('waiting for Redis');
    const url = await agent.url();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toMatchObject([
      503,
      { state: 'starting', dependencies: { redis: { status: 'failed' }, postgres: { status: 'ok' } } },
    ]);
    const wire = createServer((client) => {
      const upstream = connect(Number(redisPort || '6379'), hostname);
      client.on('error', () => upstream.destroy()).pipe(upstream);
      upstream.on('error', () => client.destroy()).pipe(client);
    });
    await listening(wire, port);
    await agent.line('is ready');
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await agent.kill();
    wire.close();
  });

  test('for the tables goes on after the migrations', async () => {
    const late = freshDesk('run_agent_late');
    const agent = run({ OCTANT_PG_SCHEMA: late.schema });
    const waiting = await agent.line('waiting for the tables');
    expect(waiting['reason']).toContain(`expected the table inbox in schema ${late.schema}`);
    await migrate(late.schema);
    await agent.line('is ready');
    await agent.kill();
    await late.drop();
  });

  test('ends with 0 when it is told to stop meanwhile', async () => {
    const agent = run({ REDIS_URL: `redis://127.0.0.1:${String(await freePort())}` });
    await agent.line('waiting for Redis');
    agent.child.kill('SIGTERM');
    expect(await agent.exited).toBe(0);
  });
});
