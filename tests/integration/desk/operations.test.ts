import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '@octant/trading/messages/streams';
import { ADMIN_TOKEN } from '../../support/agent-desk.js';
import { hourlyCandles } from '../../support/test-candles.js';
import { TestFleet } from '../../support/test-fleet.js';

const run = promisify(execFile);
const opsCli = fileURLToPath(new URL('../../../scripts/ops_cli.js', import.meta.url));
let fleet: TestFleet;

beforeAll(async () => {
  fleet = await TestFleet.start('operations', {
    'orchestrator.yaml': 'daily_target_pct: 0.2\nstart_equity: 1000\nsymbols: [BTC-USDT]\ndatasource: replay\n',
    'strategies/mean_reversion.yaml':
      'name: mean_reversion\nenabled: false\nsymbols: [BTC-USDT]\nlookback: 10\nentry_threshold: 1\nexit_threshold: 0\n',
    'strategies/momentum.yaml':
      'name: momentum\nsymbols: [BTC-USDT]\nlookback: 10\nentry_threshold: 0.5\nexit_threshold: 0\nrisk_profile: aggressive\n',
  });
});

afterAll(() => fleet.stop());

const asAdmin = { 'x-admin-token': ADMIN_TOKEN };

/** Runs the operations CLI as an operator would, and answers what it prints. */
async function ops(...args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    ORCHESTRATOR_URL: fleet.url('orchestrator'),
    NOTIFICATION_URL: fleet.url('notification-manager'),
    ADMIN_TOKEN,
  };
  return (await run(process.execPath, [opsCli, ...args], { env })).stdout;
}

/** Polls until `done` says so. */
async function until<Value>(read: () => Promise<Value>, done: (value: Value) => boolean): Promise<Value> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (performance.now() > deadline) throw new Error(`waited in vain, last was ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

const pnlStatus = async (): Promise<Record<string, unknown>> =>
  (await fleet.call('orchestrator', '/pnl/status')).body as Record<string, unknown>;

const auditOf = async (action: string): Promise<readonly Record<string, unknown>[]> =>
  (await fleet.desk.sql.query('SELECT * FROM audit_events WHERE action = $1 ORDER BY seq', [action])).rows as Record<
    string,
    unknown
  >[];

describe('operating the desk', () => {
  it('answers /health with pings, uptime and time, and /pnl/status with every field', async () => {
    const health = await fleet.call('orchestrator', '/health');
    expect(health).toMatchObject({
      status: 200,
      body: { service: 'orchestrator', dependencies: { redis: {}, postgres: {} } },
    });
    expect(Object.keys(await pnlStatus()).sort()).toEqual(
      [
        'day',
        'equityQuote',
        'pnlQuote',
        'pnlRatio',
        'realizedQuote',
        'unrealizedQuote',
        'feesQuote',
        'dailyTargetRatio',
        'dailyLossLimitRatio',
        'halted',
        'haltReason',
        'haltedAt',
      ].sort(),
    );
  });

  it('refuses admin routes without the token and counts it', async () => {
    const refused = await fleet.post('orchestrator', '/admin/orchestrate/halt', { reason: 'x' });
    expect(refused.status).toBe(401);
    const wrong = await fleet.post('orchestrator', '/admin/orchestrate/halt', {}, { 'x-admin-token': 'wrong' });
    expect(wrong.status).toBe(401);
    expect(await pnlStatus()).toMatchObject({ halted: false });
    const metrics = String((await fleet.call('orchestrator', '/metrics')).body);
    expect(metrics).toMatch(/admin_auth_failures_total\S* 2\b/);
  });

  it('halts by the CLI, everywhere and audited, and lifts it again', async () => {
    await ops('orch:halt', '--reason', 'maintenance');
    expect(await pnlStatus()).toMatchObject({ halted: true, haltReason: 'maintenance' });
    await until(
      async () => (await fleet.call('risk-manager', '/risk/limits')).body as { halt?: { halted?: boolean } },
      (limits) => JSON.stringify(limits).includes('"halted":true'),
    );
    const evaluation = await fleet.post('risk-manager', '/risk/evaluate', {
      symbol: 'BTC-USDT',
      side: 'buy',
      confidence: 0.9,
      qty: '0.001',
      price: '30000',
    });
    expect(evaluation.body).toMatchObject({ ok: false, code: 'halted' });
    await until(
      () => auditOf('admin.halt'),
      (rows) => rows.length === 1,
    );
    await ops('orch:unhalt');
    expect(await pnlStatus()).toMatchObject({ halted: false, haltReason: null });
    await until(
      () => auditOf('admin.unhalt'),
      (rows) => rows.length === 1,
    );
  });

  it('dead-letters garbage on every stream with a reason, shows it, and goes on', async () => {
    for (const [stream, { groups }] of Object.entries(streams)) {
      if (Object.keys(groups).length === 0) continue;
      await fleet.desk.redis.xadd(
        fleet.desk.prefix + stream,
        '*',
        'data',
        '{"half": ',
        'id',
        `garbage-${stream}`,
        'type',
        'x',
      );
      await fleet.desk.redis.xadd(fleet.desk.prefix + stream, '*', 'noise', '\u0000\u0001');
    }
    for (const [stream, { groups }] of Object.entries(streams)) {
      const expected = 2 * Object.keys(groups).length;
      const letters = await until(
        async () =>
          (await fleet.call('orchestrator', `/admin/streams/dlq?stream=${stream}`, { headers: asAdmin })).body as {
            total: number;
            entries: { error: { message: string } }[];
          },
        ({ total }) => total >= expected,
      );
      expect(letters.entries.every(({ error }) => error.message.length > 10)).toBe(true);
    }
    for (const { name, url } of fleet.fleet.agents) {
      expect(await fetch(`${url}/health`).then((answer) => answer.status), name).toBe(200);
    }
    expect(fleet.deaths).toEqual([]);
  });

  it('requeues a dead letter once, by the CLI, and says so in the audit', async () => {
    const listed = await ops('streams:dlq:list', '--stream', 'notify.events.dlq', '--json');
    const [letter] = (JSON.parse(listed) as { entries: { id: string }[] }).entries;
    expect(letter).toBeDefined();
    const first = await ops('streams:dlq:requeue', '--stream', 'notify.events.dlq', '--id', letter?.id ?? '', '--json');
    expect(JSON.parse(first)).toMatchObject({ requeued: true });
    const second = await ops(
      'streams:dlq:requeue',
      '--stream',
      'notify.events.dlq',
      '--id',
      letter?.id ?? '',
      '--json',
    );
    expect(JSON.parse(second)).toMatchObject({ requeued: false });
    await until(
      () => auditOf('admin.requeue'),
      (rows) => rows.length === 2,
    );
  });

  it('shows what is pending, which is nothing when the desk rests', async () => {
    for (const [stream, { groups }] of Object.entries(streams)) {
      for (const group of Object.keys(groups)) {
        await until(
          () => ops('streams:pending', '--stream', stream, '--group', group, '--json'),
          (text) => (JSON.parse(text) as { total: number }).total === 0,
        );
      }
    }
    const metrics = String((await fleet.call('orchestrator', '/metrics')).body);
    expect(metrics).toMatch(/stream_pending_count\{[^}]*stream="exec\.orders"[^}]*\} 0/);
  });

  it('halts the day at its target, keeps it in pnl_days, announces it, and acknowledges the notices by the CLI', async () => {
    const candles = hourlyCandles('BTC-USDT', { from: '2021-05-10', count: 200 });
    const report = await fleet.replay({
      series: [{ symbol: 'BTC-USDT', candles }],
      mode: 'pubsub',
      strategy: 'momentum',
      timeframe: '1h',
    });
    const halted = report.days.filter((day) => day.haltReason === 'daily_target').map(({ day }) => day);
    expect(halted.length).toBeGreaterThan(0);
    const { rows } = await fleet.desk.sql.query(
      "SELECT to_char(day, 'YYYY-MM-DD') AS day FROM pnl_days WHERE halt_reason = 'daily_target' ORDER BY day",
    );
    expect((rows as { day: string }[]).map(({ day }) => day)).toEqual(halted);
    const recent = await until(
      async () =>
        (await fleet.call('notification-manager', '/notify/recent?limit=100&type=halt')).body as {
          notices?: { traceId: string }[];
          events?: { traceId: string }[];
        },
      (body) => (body.notices ?? body.events ?? []).length > 0,
    );
    const traceId = (recent.notices ?? recent.events)?.[0]?.traceId ?? '';
    expect(await ops('notify:ack', '--traceId', traceId)).toMatch(/[1-9]\d* /);
  });

  it('runs a further session on the same account and symbol, whatever the first left resting', async () => {
    const candles = hourlyCandles('BTC-USDT', { from: '2021-06-01', count: 60 });
    const report = await fleet.replay({
      series: [{ symbol: 'BTC-USDT', candles }],
      mode: 'hybrid',
      strategy: 'momentum',
      timeframe: '1h',
    });
    expect(report.candles).toBe(60);
    const { rows } = await fleet.desk.sql.query(
      "SELECT 1 FROM orders WHERE state IN ('intended', 'sent', 'acknowledged')",
    );
    expect(rows).toEqual([]);
  });

  it('refuses a replay that would take the account back in time', async () => {
    const back = await fleet.post('orchestrator', '/orchestrate/run', {
      source: 'replay',
      fromMs: Date.UTC(2021, 4, 1),
    });
    expect(back).toMatchObject({ status: 409, body: { code: 'conflict', field: 'fromMs' } });
  });

  it('refuses a run that names an unknown symbol, strategy or source, and says what it knows', async () => {
    const refusal = async (body: unknown) =>
      (await fleet.post('orchestrator', '/orchestrate/run', body)).body as { status: number; detail: string };
    expect(await refusal({ symbol: 'BTC-USDX' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('BTC-USD') as string,
    });
    expect(await refusal({ strategy: 'nope' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('momentum') as string,
    });
    expect(await refusal({ strategy: 'mean_reversion' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('enabled') as string,
    });
    expect(await refusal({ source: 'nope' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('replay') as string,
    });
    expect(await refusal({ mode: 'telepathy' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('mode') as string,
    });
    const unsigned = await fetch(`${fleet.url('orchestrator')}/orchestrate/run`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(unsigned.status).toBe(401);
  });

  it('rebuilds the account and the admin halt from Postgres when Redis has lost everything', async () => {
    await ops('orch:halt', '--reason', 'before the loss');
    await until(
      () => auditOf('admin.halt'),
      (rows) => JSON.stringify(rows).includes('before the loss'),
    );
    const { rows: fills } = await fleet.desk.sql.query('SELECT fill_seq FROM fills');
    expect(fills.length).toBeGreaterThan(0);
    const { redis, prefix } = fleet.desk;
    await redis.unlink(...(await redis.keys(`${prefix}*`)));
    fleet.kill('orchestrator');
    const rebuilt = await until(
      () => auditOf('desk.rebuilt'),
      (rows) => rows.length === 1,
    );
    expect(rebuilt[0]).toMatchObject({ details: { redisWasEmpty: true, lastFillSeq: fills.length } });
    const status = await until(
      () => pnlStatus().catch(() => ({})),
      (body) => 'halted' in body,
    );
    expect(status).toMatchObject({ halted: true, haltReason: 'before the loss' });
  });
});
