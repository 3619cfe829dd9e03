import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { agent } from '../../../agents/notification-manager/src/agent.js';
import { AgentDesk, asAdmin, asService, part, type AgentUnderTest } from '../../support/agent-desk.js';
import { SlackDouble } from './slack-double.js';

const patient = { timeout: 15_000, interval: 20 };
const config = {
  'agents/notification-manager.yaml':
    "slack: { min_severity: warning, timeout_ms: 300, channels: { critical: '#desk-incidents' } }\nrecent_limit: 50\n",
};

let desk: AgentDesk;
let slack: SlackDouble;
let notify: AgentUnderTest;
let env: Record<string, string>;
let traces = 0;

beforeAll(async () => {
  desk = await AgentDesk.open('notices');
  slack = new SlackDouble();
  const slackUrl = await slack.listen();
  env = { SLACK_WEBHOOK_URL: `${slackUrl}/all`, SLACK_WEBHOOK_URL_CRITICAL: `${slackUrl}/critical` };
  notify = await desk.start(agent, { config, env });
});

afterAll(async () => {
  await desk.close();
  slack.close();
});

beforeEach(() => {
  slack.mood = 'ok';
});

interface EventFields {
  id: string;
  severity?: string;
  type?: string;
  traceId?: string;
}

async function publish({ id, severity = 'warning', type = 'risk_reject', traceId }: EventFields): Promise<string> {
  traces += 1;
  const trace = traceId ?? `trace-${String(traces)}`;
  const payload = {
    type,
    severity,
    message: `notice ${id}`,
    context: { symbol: 'BTC-USDT' },
    ts: '2024-01-01T01:00:00.000Z',
    traceId: trace,
  };
  await desk.bus.publish({ stream: 'notify.events', type, id, payload });
  return trace;
}

type NoticeAnswer = Record<string, unknown>;

async function list(query: string): Promise<NoticeAnswer[]> {
  return part((await notify.get(`/notify/recent?${query}`)).body, 'notices') as NoticeAnswer[];
}

async function findNotice(id: string): Promise<NoticeAnswer | undefined> {
  return (await list('limit=50')).find((notice) => notice['id'] === id);
}

const stateOf = async (id: string) => part(await findNotice(id), 'deliveries', 0, 'state');

test('a notice is stored, and sent to the webhook of its severity', async () => {
  const traceId = await publish({ id: 'n-warning' });
  await publish({ id: 'n-critical', severity: 'critical' });
  await expect.poll(() => stateOf('n-warning'), patient).toBe('sent');
  await expect.poll(() => stateOf('n-critical'), patient).toBe('sent');
  expect(await findNotice('n-warning')).toMatchObject({
    type: 'risk_reject',
    severity: 'warning',
    message: 'notice n-warning',
    context: { symbol: 'BTC-USDT' },
    traceId,
    ackedAt: null,
    deliveries: [{ channel: 'slack', state: 'sent', attempts: 1, reason: null }],
  });
  expect(slack.taken('/all')).toEqual(['[WARNING] risk_reject: notice n-warning']);
  const critical = slack.posts.find((post) => post.path === '/critical');
  expect(critical?.body.channel).toBe('#desk-incidents');
  expect(JSON.stringify(critical?.body.blocks)).toContain('BTC-USDT');
});

test('a notice below min_severity is stored and not sent', async () => {
  await publish({ id: 'n-info', severity: 'info' });
  await expect.poll(() => stateOf('n-info'), patient).toBe('skipped');
  expect(slack.posts.some((post) => post.body.text.includes('n-info'))).toBe(false);
});

test('the same event twice is one notice and one message', async () => {
  await publish({ id: 'n-twice' });
  await expect.poll(() => stateOf('n-twice'), patient).toBe('sent');
  await desk.servers.redis.xadd(
    `${desk.servers.prefix}notify.events`,
    '*',
    'data',
    JSON.stringify({ type: 'risk_reject', severity: 'warning', ts: '2024-01-01T01:00:00Z', traceId: 't' }),
    'id',
    'n-twice',
  );
  await publish({ id: 'n-after-twice' });
  await expect.poll(() => stateOf('n-after-twice'), patient).toBe('sent');
  expect(slack.taken('/all').filter((text) => text.endsWith('n-twice'))).toHaveLength(1);
});

test('while Slack is rate limiting, failing or hanging nothing is lost and intake goes on', async () => {
  slack.mood = 'rate_limited';
  await publish({ id: 'n-limited' });
  await expect.poll(() => slack.posts.some((post) => post.mood === 'rate_limited'), patient).toBe(true);
  const limitedAtMs = Date.now();
  slack.mood = 'ok';
  await expect.poll(() => stateOf('n-limited'), patient).toBe('sent');
  expect(Date.now() - limitedAtMs).toBeGreaterThan(800);

  slack.mood = 'server_error';
  await publish({ id: 'n-500' });
  await expect
    .poll(() => findNotice('n-500'), patient)
    .toMatchObject({
      deliveries: [{ state: 'pending', reason: '500 rollup_error' }],
    });
  slack.mood = 'hang';
  await publish({ id: 'n-hang' });
  await expect.poll(() => slack.posts.some((post) => post.mood === 'hang'), patient).toBe(true);
  await expect.poll(() => findNotice('n-hang'), patient).toBeDefined();
  await publish({ id: 'n-meanwhile' });
  await expect.poll(() => findNotice('n-meanwhile'), patient).toBeDefined();

  slack.mood = 'ok';
  for (const id of ['n-500', 'n-hang', 'n-meanwhile']) await expect.poll(() => stateOf(id), patient).toBe('sent');
  for (const id of ['n-limited', 'n-500', 'n-hang', 'n-meanwhile']) {
    expect(slack.taken('/all').filter((text) => text.endsWith(id))).toHaveLength(1);
  }
});

test('a message that Slack will never take fails alone', async () => {
  slack.mood = 'invalid_payload';
  await publish({ id: 'n-bad' });
  await expect.poll(() => stateOf('n-bad'), patient).toBe('failed');
  slack.mood = 'ok';
  await publish({ id: 'n-good' });
  await expect.poll(() => stateOf('n-good'), patient).toBe('sent');
  const metrics = await notify.metrics();
  expect(metrics).toContain('notifications_total{channel="slack",outcome="failed"} 1');
  expect(metrics).toContain('notifications_total{channel="slack",outcome="rate_limited"} 1');
});

test('a notice that was being sent when its process died is sent by the next one', async () => {
  await notify.handle.stop();
  await publish({ id: 'n-crashed' });
  const { sql } = desk.servers;
  await sql.query(
    `INSERT INTO notices (id, type, severity, context, trace_id, published_at)
     VALUES ('n-in-doubt', 'risk_reject', 'warning', '{}', 't', now())`,
  );
  await sql.query(
    `INSERT INTO notice_deliveries (notice_id, channel, state, severity, seq, attempts, due_at, lease_until)
     SELECT id, 'slack', 'sending', severity, seq, 1, now(), now() - interval '1 second' FROM notices WHERE id = 'n-in-doubt'`,
  );
  notify = await desk.start(agent, { config, env });
  await expect.poll(() => stateOf('n-in-doubt'), patient).toBe('sent');
  await expect.poll(() => stateOf('n-crashed'), patient).toBe('sent');
  expect(part(await findNotice('n-in-doubt'), 'deliveries', 0, 'attempts')).toBe(2);
});

test('an event may be enqueued over HTTP, once per idempotency key', async () => {
  const event = { type: 'note', severity: 'warning', message: 'from a human' };
  const headers = { ...asService, 'idempotency-key': 'note-1' };
  const first = await notify.post('/notify', event, headers);
  const second = await notify.post('/notify', event, headers);
  expect([first.status, first.body]).toEqual([202, { id: 'notify:note-1', duplicate: false }]);
  expect([second.status, second.body]).toEqual([202, { id: 'notify:note-1', duplicate: true }]);
  await expect.poll(() => stateOf('notify:note-1'), patient).toBe('sent');
  expect((await notify.post('/notify', event)).status).toBe(401);
  expect((await notify.post('/notify', { type: 'note', severity: 'loud' }, asService)).status).toBe(400);
});

test('acknowledging needs the admin token, takes all notices of the trace, and answers a repeat the same', async () => {
  const traceId = await publish({ id: 'n-ack-1', traceId: 'trace-ack' });
  await publish({ id: 'n-ack-2', traceId: 'trace-ack' });
  await expect.poll(() => findNotice('n-ack-2'), patient).toBeDefined();
  await expect.poll(() => findNotice('n-ack-1'), patient).toBeDefined();
  expect((await notify.post('/admin/notify/ack', { traceId })).status).toBe(401);
  expect((await notify.post('/admin/notify/ack', { traceId }, asService)).status).toBe(401);
  const headers = { ...asAdmin, 'idempotency-key': 'ack-1' };
  expect((await notify.post('/admin/notify/ack', { traceId }, headers)).body).toEqual({ acknowledged: 2 });
  expect((await notify.post('/admin/notify/ack', { traceId }, headers)).body).toEqual({ acknowledged: 2 });
  expect((await notify.post('/admin/notify/ack', { traceId }, asAdmin)).body).toEqual({ acknowledged: 0 });
  expect((await notify.post('/admin/notify/ack', { traceId, id: 'x' }, asAdmin)).status).toBe(400);
  expect(await findNotice('n-ack-1')).toMatchObject({ ackedBy: 'admin' });
  expect((await list('unacked=true')).some((notice) => notice['id'] === 'n-ack-1')).toBe(false);
  const audits = async () => (await desk.entries('audit.events')).filter(({ type }) => type === 'notice.acknowledged');
  await expect.poll(async () => (await audits()).length, patient).toBe(1);
  expect((await audits())[0]?.payload).toMatchObject({
    actor: 'admin',
    subject: 'trace-ack',
    details: { acknowledged: 2 },
  });
});

test('the list is filtered by severity and type, and bounded', async () => {
  expect((await list('severity=critical&limit=1')).map((notice) => notice['severity'])).toEqual(['critical']);
  expect((await list('type=note')).map((notice) => notice['type'])).toEqual(['note']);
  expect((await notify.get('/notify/recent?limit=5000')).status).toBe(400);
});

test('dead letters that grow make one critical notice a growth', async () => {
  const garbage = () =>
    desk.servers.redis.xadd(`${desk.servers.prefix}notify.events`, '*', 'data', '{"type":', 'id', 'x');
  const growths = async () => (await list('type=dlq_growth')).map((notice) => notice['message']);
  await garbage();
  await expect.poll(growths, patient).toEqual(['notify.events: 1 new dead letter, 1 in all']);
  await notify.handle.stop();
  notify = await desk.start(agent, { config, env });
  await desk.servers.redis.xadd(`${desk.servers.prefix}notify.events`, '*', 'data', '[]', 'id', 'y');
  await expect
    .poll(growths, patient)
    .toEqual(['notify.events: 1 new dead letter, 2 in all', 'notify.events: 1 new dead letter, 1 in all']);
});
