import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orchestrator } from '../../../agents/orchestrator/src/agent.js';
import { AgentDesk, ADMIN_TOKEN, asAdmin, asService, part, type AgentUnderTest } from '../../support/agent-desk.js';
import { addLetters, type LetterFields } from '../bus/dead-letters.js';
import { eventually } from '../bus/desk.js';

const run = promisify(execFile);
const opsCli = fileURLToPath(new URL('../../../scripts/ops_cli.js', import.meta.url));
const ONE = '/admin/streams/dlq/requeue';
const MANY = '/admin/streams/dlq/requeue-many';

let desk: AgentDesk;
let agent: AgentUnderTest;
beforeAll(async () => {
  desk = await AgentDesk.open('requeue');
  agent = await desk.start(orchestrator);
});
afterAll(() => desk.close());

/** Letters of a stream that no agent of this test reads. */
function letters(stream: string, all: readonly LetterFields[]): Promise<string[]> {
  return addLetters({ redis: desk.servers.redis, key: (name) => desk.servers.prefix + name }, stream, all);
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_unused, n) => ({ id: `${prefix}-${String(n)}`, group: 'exec', type: 'order' }));

interface AuditRow {
  readonly event_id: string;
  readonly actor: string;
  readonly subject: string;
  readonly request_id: string;
  readonly details: Record<string, unknown>;
}

async function auditOf(stream: string): Promise<AuditRow[]> {
  const query = "SELECT * FROM audit_events WHERE action = 'admin.requeue' AND subject = $1 ORDER BY event_id";
  return (await desk.servers.sql.query<AuditRow>(query, [`${stream}.dlq`])).rows;
}

/** Runs the operations CLI as an operator would. */
async function ops(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], ORCHESTRATOR_URL: agent.url, ADMIN_TOKEN };
  return run(process.execPath, [opsCli, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    },
  );
}

describe('requeueing over HTTP', () => {
  it('in bulk audits every letter once, with who, why, and which', async () => {
    const ids = await letters('exec.orders', numbered('o', 5));
    const body = { dlqStream: 'exec.orders.dlq', filter: { type: 'order', group: 'exec' }, reason: 'exchange is back' };
    const dry = await agent.post(MANY, { ...body, dryRun: true }, asAdmin);
    expect(dry.body).toMatchObject({ stream: 'exec.orders', dryRun: true, matched: 5, requeued: 0, remaining: 5 });
    const headers = { ...asAdmin, 'x-forwarded-user': 'alice', 'x-request-id': 'bulk-1' };
    const done = await agent.post(MANY, body, headers);
    expect(done.body).toMatchObject({ matched: 5, requeued: 5, alreadyRequeued: 0, remaining: 0, next: null });
    expect((await agent.post(MANY, body, headers)).body).toMatchObject({
      requeued: 0,
      alreadyRequeued: 5,
      entries: [],
    });
    expect((await desk.entries('exec.orders')).map(({ id }) => id)).toEqual(numbered('o', 5).map(({ id }) => id));
    await eventually('the audit has them', async () => (await auditOf('exec.orders')).length === 5);
    const [row] = await auditOf('exec.orders');
    expect(row).toMatchObject({
      event_id: `admin.requeue:exec.orders.dlq:${ids[0] ?? ''}`,
      ...{ actor: 'alice', subject: 'exec.orders.dlq', request_id: 'bulk-1' },
      details: {
        ...{ id: ids[0], messageId: 'o-0', type: 'order', group: 'exec', errorCode: 'unexpected', requeued: true },
        ...{ reason: 'exchange is back', filter: body.filter },
      },
    });
    expect((await desk.entries('audit.events')).filter(({ type }) => type === 'admin.requeue')).toHaveLength(5);
  });

  it('one by one audits the first time and every vain repeat', async () => {
    const [id] = await letters('risk.requests', [{ id: 'r-0', group: 'risk' }]);
    const first = await agent.post(ONE, { dlqStream: 'risk.requests.dlq', id }, asAdmin);
    expect(first).toMatchObject({ status: 200, body: { requeued: true } });
    const again = await agent.post(ONE, { dlqStream: 'risk.requests', id }, asAdmin);
    expect(again.body).toEqual({ requeued: false, entryId: part(first.body, 'entryId') });
    await eventually('both are audited', async () => (await auditOf('risk.requests')).length === 2);
    const rows = await auditOf('risk.requests');
    expect(rows.map(({ details }) => details['requeued']).sort()).toEqual([false, true]);
  });

  it('needs the admin’s token, and says of everything else which field was wrong', async () => {
    const body = { dlqStream: 'exec.orders', filter: {} };
    expect((await agent.post(MANY, body)).status).toBe(401);
    expect((await agent.post(MANY, body, asService)).status).toBe(401);
    const refusal = async (path: string, wrong: unknown) => {
      const { status, body: problem } = await agent.post(path, wrong, asAdmin);
      return `${String(status)} ${String(part(problem, 'detail'))}`;
    };
    expect(await refusal(MANY, { dlqStream: 'exec.ordres', filter: {} })).toMatch(
      /^404 dlqStream: expected one of market\.candles, .*exec\.orders.*, was "exec\.ordres"$/,
    );
    expect(await refusal(MANY, { ...body, filter: { group: 'risk' } })).toBe(
      '404 filter.group: expected one of exec, was "risk"',
    );
    expect(await refusal(MANY, { dlqStream: 'exec.orders' })).toBe('400 /body/filter: expected a value, was nothing');
    expect(await refusal(MANY, { ...body, filter: { errorcode: 'x' } })).toMatch(/^400 \/body\/filter\/errorcode: /);
    expect(await refusal(MANY, { ...body, filter: { reason: 'x' } })).toMatch(
      /^400 \/body\/filter\/reason: expected one of permanent, failures, transient_too_long, process_deaths, was "x"$/,
    );
    expect(await refusal(MANY, { ...body, filter: { olderThanMs: 9, youngerThanMs: 9 } })).toBe(
      '400 youngerThanMs: expected more than olderThanMs (9), was 9',
    );
    expect(await refusal(MANY, { ...body, limit: 1_001 })).toBe('400 /body/limit: expected <= 1000, was 1001');
    expect(await refusal(ONE, { dlqStream: 'exec.orders', id: 'x' })).toMatch(/^400 \/body\/id: expected text that/);
    expect(await refusal(ONE, { dlqStream: 'exec.orders', id: '1-1' })).toBe(
      '404 expected a dead letter of exec.orders, was id "1-1"',
    );
  });

  it('answers 409 to a second bulk requeue of a stream while one runs', async () => {
    await letters(
      'opt.requests',
      numbered('q', 60).map((letter) => ({ ...letter, group: 'optimizer' })),
    );
    const body = { dlqStream: 'opt.requests', filter: {}, perSecond: 100 };
    const first = agent.post(MANY, body, asAdmin);
    await eventually('it runs', async () => (await desk.bus.admin.length('opt.requests')) > 0);
    const second = await agent.post(MANY, body, asAdmin);
    expect(second).toMatchObject({ status: 409, body: { code: 'requeue_running' } });
    expect((await first).body).toMatchObject({ requeued: 60 });
  });
});

describe('the operations CLI', () => {
  it('lists and requeues what the filters hold for', async () => {
    await letters('notify.events', [
      { id: 'n-0', group: 'notify', code: 'away', entryId: `${String(Date.now() - 7_200_000)}-0` },
      { id: 'n-1', group: 'notify', code: 'away' },
      { id: 'n-2', group: 'notify', code: 'broken' },
    ]);
    const list = await ops(
      'streams:dlq:list',
      '--stream',
      'notify.events',
      '--error-code',
      'away',
      '--younger-than',
      '1h',
    );
    expect(list.out).toMatch(/^3 dead letters of notify\.events\n.*\n\S+ +n-1 +work +notify .*\n$/);
    const all = ['streams:dlq:requeue', '--stream', 'notify.events.dlq', '--all'];
    const dry = await ops(...all, '--older-than', '90m', '--dry-run');
    expect(dry.out).toMatch(/^1 dead letters of notify\.events match: 1 would be requeued, 0 were before\n/);
    expect(dry.out).toMatch(/n-0 .* 2h {3}would requeue\n$/);
    const done = await ops(...all, '--error-code', 'away', '--json', '--reason', 'slack is back');
    expect(JSON.parse(done.out)).toMatchObject({
      ...{ stream: 'notify.events', dryRun: false, matched: 2, requeued: 2, alreadyRequeued: 0, remaining: 0 },
      entries: [{ messageId: 'n-0' }, { messageId: 'n-1' }],
    });
    expect((await ops(...all)).out).toMatch(/^3 dead letters of notify\.events match: 1 requeued, 2 were before\n/);
    await eventually('all are audited', async () => (await auditOf('notify.events')).length === 3);
  });

  it('goes on until all are requeued or the limit is reached, and says how far it is', async () => {
    await letters(
      'risk.responses',
      numbered('s', 700).map((letter) => ({ ...letter, group: 'risk' })),
    );
    const all = ['streams:dlq:requeue', '--stream', 'risk.responses', '--all', '--json'];
    const some = await ops(...all, '--limit', '30');
    expect(JSON.parse(some.out)).toMatchObject({ matched: 700, requeued: 30, remaining: 670 });
    const rest = await ops(...all, '--per-second', '100');
    expect(JSON.parse(rest.out)).toMatchObject({ matched: 700, requeued: 670, alreadyRequeued: 30, remaining: 0 });
    expect(rest.err).toBe('500 requeued, 170 to go\n');
    expect(await desk.bus.admin.length('risk.responses')).toBe(700);
  });

  it('ends with 2 for what cannot be meant, 1 for what failed, and names the flag', async () => {
    const requeue = (...args: readonly string[]) => ops('streams:dlq:requeue', '--stream', 'exec.orders', ...args);
    expect(await requeue()).toMatchObject({ code: 2, err: 'expected --id or --all, was neither\n' });
    expect(await requeue('--all', '--id', '1-1')).toMatchObject({ code: 2 });
    expect((await requeue('--id', '1-1', '--older-than', '1h')).err).toBe(
      'expected --older-than with --all, was with --id\n',
    );
    const duration = await requeue('--all', '--older-than', 'soon');
    expect(duration).toMatchObject({ code: 2, err: expect.stringContaining('expected a duration like 30s') as string });
    expect(await requeue('--all', '--group', 'nobody')).toMatchObject({ code: 2 });
    expect(await requeue('--id', '1-1')).toMatchObject({ code: 2 });
    const foreign = await desk.servers.redis.xadd(`${desk.servers.prefix}exec.orders.dlq`, '*', 'written', 'by hand');
    expect(await requeue('--id', foreign ?? '')).toMatchObject({
      code: 1,
      err: expect.stringContaining('422 dead letter') as string,
    });
    expect(await requeue('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--dry-run') as string });
  });
});

describe('the rate limit of requeues', () => {
  it('holds for admins too, and says when to come again', async () => {
    const body = { dlqStream: 'exec.orders', filter: {}, dryRun: true };
    let answer = await agent.post(MANY, body, asAdmin);
    for (let calls = 0; answer.status === 200 && calls < 31; calls += 1) answer = await agent.post(MANY, body, asAdmin);
    expect(answer).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', detail: 'expected at most 30 requests a minute, was more' },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await agent.post(ONE, { dlqStream: 'exec.orders', id: '1-1' }, asAdmin)).status).toBe(404);
  });
});
