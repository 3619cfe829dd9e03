import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrashPoint } from '@octant/platform/bus/crash-points';
import { PostgresEffects } from '@octant/platform/bus/postgres-effects';
import type { ProviderTerms } from '@octant/platform/effects/decide-effect';
import { externalEffect } from '@octant/platform/effects/external-effect';
import type { ExternalEffect } from '@octant/platform/effects/provider-effect';
import { AppError, PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { OpenDatabase } from '@octant/platform/postgres/open-database';
import { systemClock } from '@octant/platform/time/system-clock';
import { TestDesk, gate } from '../bus/desk.js';
import { type Order, ProviderDouble } from './provider-double.js';

/** Long enough that a busy machine gets from one statement to the next within it. */
const LEASE_MS = 600;
const terms: ProviderTerms = { name: 'venue.order', expiryMs: 150, clockSkewMs: 50, flightMs: 50, leaseMs: LEASE_MS };
const endless: ProviderTerms = { name: 'venue.order', clockSkewMs: 50, flightMs: 50, leaseMs: LEASE_MS };

describe('an effect at a provider', () => {
  const desk = new TestDesk();
  const venue = new ProviderDouble();
  let database: OpenDatabase;
  let inbox: PostgresEffects;
  beforeAll(async () => {
    await venue.open();
    database = await desk.openDatabase();
    inbox = new PostgresEffects(database, 'trader');
  });
  afterAll(async () => {
    await venue.close();
    await desk.close();
  });

  let keys = 0;
  const aKey = () => `o-${String((keys += 1))}`;
  type Different = Partial<ExternalEffect<Order>> & {
    readonly failpoint?: (point: CrashPoint) => Promise<void> | undefined;
  };

  /** One delivery of the message that wants the order `key`: handler, then transaction with inbox and outbox. */
  const deliver = async (key: string, { failpoint, ...different }: Different = {}) => {
    const tools = { database, clock: systemClock, owner: 'trader', ...(failpoint === undefined ? {} : { failpoint }) };
    const result = await externalEffect<Order>(tools, {
      provider: terms,
      key,
      send: venue.send,
      lookUp: venue.lookUp,
      confirm: (_sql, { orderId }) => [{ stream: 'out', type: 'order', id: `${key}/0`, payload: { orderId } }],
      ...different,
    });
    const applied = await inbox.apply({
      consumer: 'exec@orders',
      messageId: key,
      traceId: 'a'.repeat(32),
      effect: async (sql) =>
        ((await result.transaction?.(sql)) ?? []).map((message) => ({ ...message, id: `${key}/0` })),
    });
    return applied.outputs[0]?.payload['orderId'];
  };
  /** Delivers again as long as the failure is a passing one, when it says so. */
  const drain = async (key: string, options: Different = {}) => {
    for (let n = 1; n <= 20; n += 1) {
      try {
        return await deliver(key, options);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        await systemClock.sleep(error.retryAfterMs ?? 10);
      }
    }
    throw new Error('expected an end within 20 deliveries');
  };
  const failure = (running: Promise<unknown>): Promise<unknown> =>
    running.then(
      () => undefined,
      (error: unknown) => error,
    );
  const rowOf = async (key: string) =>
    (
      await database.query<{ state: string; attempts: number; sent: boolean; error: string | null }>(
        `SELECT state, attempts, last_sent_at IS NOT NULL AS sent, last_error AS error
         FROM external_effects WHERE effect_key = $1`,
        [key],
      )
    ).rows[0];
  const once = (at: CrashPoint) => {
    let armed = true;
    return (point: CrashPoint) => {
      if (point !== at || !armed) return undefined;
      armed = false;
      return Promise.reject(new TransientError('expected an answer, was ECONNRESET', { code: 'lost' }));
    };
  };

  it('is requested once, confirmed with its messages, and answered from the row afterwards', async () => {
    const key = aKey();
    const orderId = await deliver(key);
    expect(venue.effects[Number(orderId) - 1]).toBe(key);
    expect(await deliver(key)).toBe(orderId);
    expect({ done: venue.timesDone(key), row: await rowOf(key) }).toEqual({
      done: 1,
      row: { state: 'confirmed', attempts: 1, sent: true, error: null },
    });
    const { rows } = await database.query(`SELECT message_id AS id FROM outbox WHERE message_id = $1`, [`${key}/0`]);
    expect(rows).toHaveLength(1);
  });

  it.each<[CrashPoint, number, string]>([
    ['external.before', 0, 'at once'],
    ['external.acquired', 0, 'after the lease'],
    ['external.sent', 1, 'after the lease'],
  ])('whose worker dies at %s (done %i times by then) is done once, %s', async (at, done, when) => {
    const key = aKey();
    const requests = venue.requests;
    const failpoint = once(at);
    await expect(deliver(key, { failpoint })).rejects.toMatchObject({ code: 'lost' });
    expect(venue.timesDone(key)).toBe(done);
    const second = await failure(deliver(key, { failpoint }));
    expect(second instanceof AppError ? second.code : 'none').toBe(when === 'at once' ? 'none' : 'effect_leased');
    await drain(key);
    expect({ done: venue.timesDone(key), requests: venue.requests - requests }).toEqual({ done: 1, requests: 1 });
  });

  it.each(['500 after', 'hang up after', 'hang after'] as const)(
    'is found by the look-up when the provider did it and answered with: %s',
    async (mood) => {
      const key = aKey();
      venue.next(mood);
      await expect(deliver(key)).rejects.toMatchObject({
        code: 'effect_unknown',
        retryAfterMs: expect.any(Number) as number,
      });
      expect(await rowOf(key)).toMatchObject({ state: 'acquired', sent: true });
      await drain(key);
      expect({ done: venue.timesDone(key), row: await rowOf(key) }).toMatchObject({
        done: 1,
        row: { state: 'confirmed' },
      });
    },
  );

  it('is requested again when it was conclusively not done', async () => {
    const key = aKey();
    venue.next('500 before');
    await drain(key);
    expect(venue.timesDone(key)).toBe(1);
    expect(await rowOf(key)).toMatchObject({ state: 'confirmed', attempts: 2 });
  });

  it('waits as long as the look-up fails, however often, and holds no lease meanwhile', async () => {
    const key = aKey();
    venue.next('500 after');
    const unknown = await failure(deliver(key));
    await systemClock.sleep(unknown instanceof TransientError ? (unknown.retryAfterMs ?? 0) : 0);
    venue.blind = true;
    const requests = venue.requests;
    for (let n = 0; n < 3; n += 1) await expect(deliver(key)).rejects.toMatchObject({ code: 'effect_look_up_failed' });
    expect(venue.requests).toBe(requests);
    venue.blind = false;
    await deliver(key);
    expect(venue.timesDone(key)).toBe(1);
  });

  it('is not requested by a worker that stalled beyond its lease', async () => {
    const key = aKey();
    const stalled = gate();
    const acquired = gate();
    const requests = venue.requests;
    const late = failure(
      deliver(key, {
        failpoint: (point) => {
          if (point !== 'external.acquired') return undefined;
          acquired.open();
          return stalled.opened;
        },
      }),
    );
    await acquired.opened;
    await drain(key);
    stalled.open();
    expect(await late).toMatchObject({ code: 'effect_lease_lost' });
    expect({ done: venue.timesDone(key), requests: venue.requests - requests }).toEqual({ done: 1, requests: 1 });
    expect(await deliver(key)).toEqual(expect.any(Number));
  });

  it('is refused by the provider when its request was sent in time and arrives after the lease', async () => {
    const key = aKey();
    const stalled = gate();
    const passed = gate();
    const late = failure(
      deliver(key, {
        send: async (request) => {
          passed.open();
          await stalled.opened;
          return venue.send({ ...request, signal: new AbortController().signal });
        },
      }),
    );
    await passed.opened;
    await drain(key);
    stalled.open();
    expect(await late).toMatchObject({ code: 'effect_unknown' });
    await systemClock.sleep(20);
    expect(venue.timesDone(key)).toBe(1);
  });

  it('is requested under a renewed lease when the worker was slow and nobody took over', async () => {
    const key = aKey();
    const failpoint = (point: CrashPoint) =>
      point === 'external.acquired' ? systemClock.sleep(LEASE_MS + 50) : undefined;
    await deliver(key, { failpoint });
    expect({ done: venue.timesDone(key), row: await rowOf(key) }).toMatchObject({ done: 1, row: { attempts: 1 } });
  });

  it('is done once when many workers want it at the same time', async () => {
    const key = aKey();
    const orders = await Promise.all(Array.from({ length: 8 }, () => drain(key)));
    expect({ done: venue.timesDone(key), orders: new Set(orders).size }).toEqual({ done: 1, orders: 1 });
  });

  it('that the provider refused fails for good, and may be asked for anew', async () => {
    const key = aKey();
    venue.next('refuse');
    await expect(deliver(key)).rejects.toMatchObject({ code: 'insufficient_funds', name: 'PermanentError' });
    expect(await rowOf(key)).toMatchObject({ state: 'not_done', error: 'expected funds, was none' });
    const lookUps = venue.lookUps;
    await deliver(key);
    expect({ done: venue.timesDone(key), lookUps: venue.lookUps - lookUps }).toEqual({ done: 1, lookUps: 0 });
  });

  it('that was not taken up is asked for again at once, also where it may be requested only once', async () => {
    const key = aKey();
    venue.next('throttle');
    const blind = { provider: endless, lookUp: undefined };
    const { lookUp: _, ...atMostOnce } = blind;
    const send = venue.send;
    const tools = { database, clock: systemClock, owner: 'trader' };
    const attempt = () => externalEffect<Order>(tools, { ...atMostOnce, key, send });
    await expect(attempt()).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 7 });
    await attempt();
    expect(venue.timesDone(key)).toBe(1);
  });

  it('without expiry and look-up is never requested a second time when the outcome is unknown', async () => {
    const tools = { database, clock: systemClock, owner: 'trader' };
    const order = (key: string) => ({ provider: endless, key, send: venue.send });
    const answered = aKey();
    venue.next('500 after');
    const died = aKey();
    await expect(externalEffect(tools, order(answered))).rejects.toMatchObject({ code: 'needs_reconciliation' });
    const failpoint = once('external.sent');
    await expect(externalEffect({ ...tools, failpoint }, order(died))).rejects.toMatchObject({ code: 'lost' });
    await systemClock.sleep(LEASE_MS + 20);
    const requests = venue.requests;
    for (const key of [answered, died, answered, died]) {
      const error = await failure(externalEffect(tools, order(key)));
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({ code: 'needs_reconciliation' });
      expect(await rowOf(key)).toMatchObject({ state: 'needs_reconciliation' });
    }
    expect(venue.requests).toBe(requests);
  });

  it('without expiry is found by the look-up, and given up when that finds nothing', async () => {
    const [found, missing] = [aKey(), aKey()];
    venue.next('500 after', '500 before');
    const options = { provider: endless };
    await expect(deliver(found, options)).rejects.toMatchObject({ code: 'effect_unknown' });
    await expect(deliver(missing, options)).rejects.toMatchObject({ code: 'effect_unknown' });
    await drain(found, options);
    await expect(drain(missing, options)).rejects.toMatchObject({ code: 'needs_reconciliation' });
    expect([venue.timesDone(found), venue.timesDone(missing)]).toEqual([1, 0]);
  });

  it('is noted as done, whoever has the lease by then, when its request succeeded late', async () => {
    const key = aKey();
    const tools = { database, clock: systemClock, owner: 'trader' };
    const effect = { provider: endless, key, send: venue.send };
    const slow = await externalEffect(tools, effect);
    await systemClock.sleep(LEASE_MS + 20);
    await expect(externalEffect(tools, effect)).rejects.toMatchObject({ code: 'needs_reconciliation' });
    await database.transaction(async (sql) => slow.transaction?.(sql));
    expect(await rowOf(key)).toMatchObject({ state: 'confirmed', error: null });
    await externalEffect(tools, effect);
    expect(venue.timesDone(key)).toBe(1);
  });
});
