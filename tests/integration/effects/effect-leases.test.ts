import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderTerms } from '@octant/platform/effects/decide-effect';
import type { EffectLeases, LeaseRequest } from '@octant/platform/effects/effect-leases';
import { postgresEffectLeases } from '@octant/platform/effects/postgres-effect-leases';
import type { Sql } from '@octant/platform/postgres/sql';
import { MemoryEffectLeases } from '@octant/platform/testing/memory-effect-leases';
import { TestDesk } from '../bus/desk.js';

interface Subject {
  readonly leases: EffectLeases;
  readonly sql: Sql;
  /** Lets so many ms pass for the store. */
  readonly pass: (ms: number) => Promise<unknown>;
}

const desk = new TestDesk();
let subjects: Record<'memory' | 'postgres', Subject>;
beforeAll(async () => {
  const database = await desk.openDatabase();
  let nowMs = Date.now();
  const memory: Subject = {
    leases: new MemoryEffectLeases(() => nowMs),
    sql: { query: () => Promise.reject(new Error('expected no statement')) },
    pass: (ms) => Promise.resolve((nowMs += ms)),
  };
  const postgres: Subject = {
    leases: postgresEffectLeases(database),
    sql: database,
    pass: (ms) => database.query('SELECT pg_sleep($1)', [ms / 1_000]),
  };
  subjects = { memory, postgres };
});
afterAll(() => desk.close());

const expiring: ProviderTerms = { name: 'venue.order', expiryMs: 20, clockSkewMs: 5, flightMs: 5, leaseMs: 60 };
const endless: ProviderTerms = { name: 'venue.order', clockSkewMs: 5, flightMs: 5, leaseMs: 60 };
let keys = 0;
const aRequest = (owner: string, terms = expiring, key = `k-${String((keys += 1))}`): LeaseRequest => ({
  id: { provider: terms.name, key },
  owner,
  terms,
});
const by = (owner: string, request: LeaseRequest): LeaseRequest => ({ ...request, owner });

describe.each(['memory', 'postgres'] as const)('leases of effects in %s', (name) => {
  const seen = async (request: LeaseRequest) => {
    const found = await subjects[name].leases.find(request.id);
    if (found === undefined) throw new Error('expected a row');
    return found;
  };

  it('are granted once', async () => {
    const { leases } = subjects[name];
    const request = aRequest('a');
    expect(await leases.find(request.id)).toBeUndefined();
    const grant = await leases.open(request);
    expect(grant?.attempts).toBe(1);
    expect((grant?.leaseUntilMs ?? 0) - (grant?.grantedAtMs ?? 0)).toBeCloseTo(60, 0);
    expect(await leases.open(by('b', request))).toBeUndefined();
    const { row, nowMs } = await seen(request);
    expect(row).toMatchObject({ state: 'acquired', owner: 'a', attempts: 1, confirmation: null });
    expect(row.leaseUntilMs - (row.requestsExpireAtMs ?? 0)).toBeCloseTo(10, 0);
    expect(nowMs).toBeGreaterThanOrEqual(grant?.grantedAtMs ?? Infinity);
  });

  it('are taken over when they have run out, from those who were seen only', async () => {
    const { leases, pass } = subjects[name];
    const request = aRequest('a');
    await leases.open(request);
    const { row } = await seen(request);
    expect(await leases.takeOver(by('b', request), row)).toBeUndefined();
    await pass(70);
    expect(await leases.takeOver(by('b', request), row)).toMatchObject({ attempts: 2 });
    expect(await leases.takeOver(by('c', request), row)).toBeUndefined();
    expect(await leases.renew(request)).toBeUndefined();
    expect(await leases.end(request, { state: 'not_done', error: 'late' })).toBe(false);
    expect((await seen(request)).row).toMatchObject({ owner: 'b', state: 'acquired' });
  });

  it('are not taken over from a row that was renewed since it was seen', async () => {
    const { leases, pass } = subjects[name];
    const request = aRequest('a');
    await leases.open(request);
    const { row } = await seen(request);
    await pass(70);
    expect(await leases.renew(request)).toMatchObject({ attempts: 1 });
    expect(await leases.takeOver(by('b', request), row)).toBeUndefined();
  });

  it('end early, and never later than they would', async () => {
    const { leases } = subjects[name];
    const request = aRequest('a');
    const grant = await leases.open(request);
    const late = (grant?.leaseUntilMs ?? 0) + 1_000;
    expect(await leases.end(request, { state: 'acquired', leaseUntilMs: late, error: 'x', sentAtMs: late })).toBe(true);
    expect((await seen(request)).row.leaseUntilMs).toBeCloseTo(grant?.leaseUntilMs ?? 0, 0);
    expect(await leases.end(request, { state: 'acquired', error: 'x' })).toBe(true);
    const { row } = await seen(request);
    expect(await leases.takeOver(by('b', request), row)).toMatchObject({ attempts: 2 });
  });

  it('remember a request that never expires, unless it did nothing', async () => {
    const { leases } = subjects[name];
    const request = aRequest('a', endless);
    await leases.open(request);
    expect((await seen(request)).row.requestsExpireAtMs).toBeNull();
    await leases.end(request, { state: 'acquired', error: 'x' });
    await leases.takeOver(by('b', { ...request, terms: expiring }), (await seen(request)).row);
    expect((await seen(request)).row.requestsExpireAtMs).toBeNull();
    await leases.end(by('b', request), { state: 'not_done', error: 'x' });
    await leases.takeOver(by('c', { ...request, terms: expiring }), (await seen(request)).row);
    expect((await seen(request)).row.requestsExpireAtMs).not.toBeNull();
  });

  it('are over for good when the effect is confirmed, by whoever knows; the first confirmation stays', async () => {
    const { leases, sql, pass } = subjects[name];
    const request = aRequest('a');
    await leases.open(request);
    await pass(70);
    await leases.takeOver(by('b', request), (await seen(request)).row);
    const found = { confirmation: { order: 7, at: [1] }, sentAtMs: undefined };
    expect(await leases.confirm(sql, request.id, found)).toEqual({ order: 7, at: [1] });
    expect(await leases.confirm(sql, request.id, { ...found, confirmation: 'other' })).toEqual({ order: 7, at: [1] });
    expect(await leases.end(by('b', request), { state: 'not_done', error: 'x' })).toBe(false);
    expect(await leases.renew(by('b', request))).toBeUndefined();
    expect((await seen(request)).row).toMatchObject({ state: 'confirmed', confirmation: { order: 7, at: [1] } });
    await expect(leases.confirm(sql, { ...request.id, key: 'never' }, found)).rejects.toThrow('expected a row');
  });
});
