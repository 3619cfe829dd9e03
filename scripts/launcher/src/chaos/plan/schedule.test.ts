import { describe, expect, it } from 'vitest';
import { digestOfSchedule, planFaults, type SchedulePlan } from './schedule.js';

const plan: SchedulePlan = {
  seed: 7,
  messages: 20_000,
  workers: 3,
  workerKills: 200,
  redisKills: 20,
  postgresStops: 10,
  flushes: 2,
  leaseMs: 2_000,
};

describe('the schedule of faults', () => {
  it('is the same for the same seed', () => {
    expect(planFaults(plan)).toEqual(planFaults({ ...plan }));
    expect(digestOfSchedule(planFaults(plan))).toBe('ca419255926000d0');
  });

  it('is another one for another seed', () => {
    expect(digestOfSchedule(planFaults({ ...plan, seed: 8 }))).not.toBe(digestOfSchedule(planFaults(plan)));
  });

  it('has as many faults of each kind as were asked for, in order, all while messages are published', () => {
    const faults = planFaults(plan);
    const count = (kind: string) => faults.filter(({ fault }) => fault.kind === kind).length;
    expect({
      worker_kill: count('worker_kill'),
      redis_kill: count('redis_kill'),
      postgres_stop: count('postgres_stop'),
      flush: count('flush'),
      worker_stall: count('worker_stall'),
      producer_kill: count('producer_kill'),
    }).toEqual({ worker_kill: 200, redis_kill: 20, postgres_stop: 10, flush: 2, worker_stall: 10, producer_kill: 10 });
    const times = faults.map(({ atMessage }) => atMessage);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect([Math.min(...times) >= 600, Math.max(...times) <= 19_000]).toEqual([true, true]);
  });

  it('stalls workers for longer than their leases last', () => {
    const stalls = planFaults(plan).flatMap(({ fault }) => (fault.kind === 'worker_stall' ? [fault.stallMs] : []));
    expect(Math.min(...stalls)).toBeGreaterThan(plan.leaseMs);
  });
});
