// What a worker of the crash-point tests does: effects of every kind, and everything an agent does besides handling messages.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBus } from '@octant/platform/bus/open-bus';
import { writeOutbox } from '@octant/platform/bus/outbox';
import { isPassingRedisFailure } from '@octant/platform/bus/redis-connection';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import { externalEffect } from '@octant/platform/effects/external-effect';
import { openDatabase } from '@octant/platform/postgres/open-database';
import { systemClock } from '@octant/platform/time/system-clock';
import { pino } from 'pino';

const tuning = {
  blockMs: 100,
  leaseMs: 300,
  beatMs: 60,
  relayEveryMs: 100,
  pruneEveryMs: 150,
  trimEveryMs: 150,
  backoffBaseMs: 10,
  backoffCapMs: 200,
};
const terms = { name: 'crash.order', expiryMs: 400, clockSkewMs: 50, flightMs: 50, leaseMs: 1_000 };
const RETRY_MS = 20;

/** Only this test publishes here. */
const schema = { safeParse: (data) => ({ success: true, data }) };
const counted = new Set(['chain', 'late']);

/** Starts the worker of a job; `failpoint` is called at its crash points, `tell` tells the test. */
export async function startProgram(job, { failpoint, tell }) {
  const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const database = openDatabase({
    connection: job.databaseUrl,
    schema: job.schema,
    applicationName: job.agent,
    maxConnections: 3,
    idleInTransactionMs: 500,
  });
  const { redisUrl, prefix, agent, instance, groups } = job;
  const streamGroups = { work: groups };
  const parts = { redisUrl, prefix, agent, instance, logger, database, tuning, streamGroups, failpoint };
  const bus = openBus(parts);
  const desk = { job, bus, database, failpoint, tell, stopping: false };
  const subscriptions = [workers(desk), bystanders(desk)].filter(({ group }) => groups.includes(group));
  await bus.start(subscriptions, { rebuild: rebuildOf(desk) });
  const duties = Promise.all([produceLate(desk), askRoute(desk), tickTimer(desk), cure(desk)]);
  return {
    async stop(graceMs) {
      desk.stopping = true;
      await duties;
      await bus.stop(graceMs);
      await database.end();
    },
  };
}

function workers(desk) {
  return {
    stream: 'work',
    group: 'workers',
    schema,
    accepts: ({ kind }) => kind !== 'ballast',
    orderedBy: ({ kind, key }) => (counted.has(kind) ? 'counter' : key),
    maxFailures: 3,
    handle: (message) => handle(desk, message),
  };
}

/** A second group of the same stream, which cares about one kind only. */
function bystanders({ job }) {
  return {
    stream: 'work',
    group: 'bystanders',
    schema,
    accepts: ({ kind }) => kind === 'curable',
    handle: ({ payload: { key } }) => ({ transaction: (sql) => insertRow(sql, job, `${key}@bystanders`) }),
  };
}

async function handle(desk, message) {
  const { payload, deliveries } = message;
  const { key } = payload;
  switch (payload.kind) {
    case 'chain':
    case 'late':
      return count(desk, key);
    case 'row':
      return row(desk, key);
    case 'held':
      await untilGateOpens(desk);
      return row(desk, key);
    case 'send':
    case 'unsure':
      return send(desk, message);
    case 'flaky':
      if (deliveries < 2) throw new TransientError('expected fine weather, was not', { code: 'weather' });
      return { messages: [outputOf(key)] };
    case 'poison':
      throw new PermanentError('expected a message that can be handled, was poison', { code: 'poison' });
    case 'bug':
      throw new Error('the handler has a bug');
    case 'curable':
      if (!(await isCured(desk))) throw new PermanentError('expected to be cured, was not yet', { code: 'sick' });
      return row(desk, key);
    default:
      return { messages: [outputOf(key)] };
  }
}

async function count({ bus }, key) {
  const { version, value } = await bus.state.read('counter');
  const state = [{ key: 'counter', expectedVersion: version, value: { count: (value?.count ?? 0) + 1 } }];
  return { messages: [outputOf(key)], state };
}

function row({ job }, key) {
  return {
    transaction: async (sql) => {
      await insertRow(sql, job, key);
      return [outputOf(key)];
    },
  };
}

async function insertRow(sql, job, key) {
  await sql.query('INSERT INTO crash_rows (desk, key) VALUES ($1, $2)', [job.name, key]);
  return [];
}

function send({ job, database, failpoint }, { id, payload: { key } }) {
  const url = (id_) => `${job.providerUrl}/${encodeURIComponent(id_)}`;
  const tools = { database, clock: systemClock, owner: `${job.agent}.${job.instance}`, failpoint };
  return externalEffect(tools, {
    provider: terms,
    key: id,
    async send({ expiresAtMs, signal }) {
      const response = await fetch(`${url(id)}?expires=${expiresAtMs}`, { method: 'POST', signal });
      if (!response.ok) throw new TransientError(`expected 200, was ${response.status}`, { code: 'venue_failed' });
      return { id };
    },
    async lookUp() {
      const response = await fetch(url(id));
      if (response.status === 404) return { outcome: 'not_found' };
      if (!response.ok) throw new TransientError(`expected 200, was ${response.status}`, { code: 'venue_failed' });
      return { outcome: 'found', confirmation: { id } };
    },
    confirm: () => [outputOf(key)],
  });
}

/** The handler lasts until the test opens the gate, so that its entry is held meanwhile. */
async function untilGateOpens({ bus, tell }) {
  tell({ kind: 'holding' });
  while ((await bus.admin.length('gate')) === 0) await sleep(RETRY_MS);
}

function rebuildOf({ job, database }) {
  return async ({ state, bus }) => {
    const { rows } = await database.query('SELECT kind, key FROM crash_roots WHERE desk = $1 ORDER BY kind, key', [
      job.name,
    ]);
    await Promise.all(rows.map(({ kind, key }) => bus.publish(rootOf(job, kind, key))));
    if (job.kinds.includes('timer')) await tick(job, { state, bus });
  };
}

/** A root that is in Postgres before it is published, and published once this process reads already. */
function produceLate(desk) {
  const { job, bus, database } = desk;
  return insist(desk, 'late', async () => {
    await database.query(
      `INSERT INTO crash_roots (desk, kind, key) VALUES ($1, 'late', 'late-0') ON CONFLICT DO NOTHING`,
      [job.name],
    );
    await bus.publish(rootOf(job, 'late', 'late-0'));
  });
}

/** What a route does: an effect and a message in one transaction; nobody handles a message meanwhile. */
function askRoute(desk) {
  const { job, database } = desk;
  return insist(desk, 'route', () =>
    database.transaction(async (sql) => {
      const asked = await sql.query('INSERT INTO crash_asked (desk) VALUES ($1) ON CONFLICT DO NOTHING', [job.name]);
      if (asked.rowCount === 0) return;
      const message = { ...outputOf('route-0'), id: `${job.name}:route-0` };
      await writeOutbox(sql, { agent: job.agent, messages: [message] });
    }),
  );
}

function tickTimer(desk) {
  return insist(desk, 'timer', () => tick(desk.job, { state: desk.bus.state, bus: desk.bus }));
}

/** State and message from outside a handler, together, once. */
async function tick(job, { state, bus }) {
  const by = randomUUID();
  let answer;
  for (;;) {
    const { version, value } = await state.read('timer');
    if (answer === 'stale' && value?.by === by) {
      // Thrown it would be tried again, to a better end.
      process.stderr.write('expected ok of a change that was made, was stale\n');
      process.exit(1);
    }
    if (version > 0) return;
    answer = await bus.commit({
      messages: [{ ...outputOf('timer-0'), id: `${job.name}:timer-0` }],
      state: [{ key: 'timer', expectedVersion: 0, value: { ticks: 1, by } }],
    });
  }
}

/** Waits for the dead letter, removes what made it one, and puts it back. */
function cure(desk) {
  const { job, bus, database } = desk;
  return insist(desk, 'curable', async () => {
    while (!desk.stopping) {
      const { entries } = await bus.admin.deadLetters('work', 50);
      const letter = entries.find(({ messageId }) => messageId === `${job.name}:curable-0`);
      if (letter !== undefined) {
        await database.query('INSERT INTO crash_cured (desk) VALUES ($1) ON CONFLICT DO NOTHING', [job.name]);
        await bus.admin.requeue('work', letter.id);
        return;
      }
      await sleep(RETRY_MS);
    }
  });
}

async function isCured({ job, database }) {
  return (await database.query('SELECT 1 FROM crash_cured WHERE desk = $1', [job.name])).rowCount > 0;
}

/** Does a duty of a desk that has messages of the kind, until it works or the process stops. */
async function insist(desk, kind, act) {
  while (desk.job.kinds.includes(kind) && !desk.stopping) {
    try {
      await act();
      return;
    } catch (error) {
      if (!isPassingRedisFailure(error)) throw error;
      await sleep(RETRY_MS);
    }
  }
}

function rootOf({ name }, kind, key) {
  return { stream: 'work', type: 'root', id: `${name}:${key}`, payload: { kind, key } };
}

function outputOf(key) {
  return { stream: 'out', type: 'done', payload: { of: key } };
}
