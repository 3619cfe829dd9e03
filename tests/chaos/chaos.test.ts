import { describe, expect, it } from 'vitest';
import { childrenOf, livingOf, runChaosCommand, startChaos } from './chaos-command.js';

const everythingRight = {
  lost: 0,
  duplicateEffects: 0,
  dlqPrecision: 1,
  dlqRecall: 1,
  overlaps: 0,
  stoppedInOrder: true,
  offenders: { lost: [], duplicateEffects: [], wronglyDead: [], notDead: [], otherReasons: [], counters: [] },
  watch: { violations: [] },
};

describe('the chaos', () => {
  it('loses nothing and doubles nothing while workers, Redis and PostgreSQL are killed', async () => {
    const { code, printed, result } = await runChaosCommand('--quick', '--seed', '7');
    expect({ printed, ...result }).toMatchObject({ published: 1_500, ...everythingRight });
    expect(result.done + result.dead).toBe(1_500);
    expect(result.schedule.byKind).toMatchObject({ worker_kill: 12, redis_kill: 2, postgres_stop: 1 });
    expect(result.schedule.done).toHaveLength(result.schedule.faults.length);
    expect(result.drainedMs).not.toBeNull();
    expect(code).toBe(0);
  });

  it('loses nothing and doubles nothing when Redis is emptied under load', async () => {
    const args = '--seed 11 --messages 1000 --worker-kills 3 --redis-kills 1 --postgres-stops 0 --flushes 1';
    const { code, printed, result } = await runChaosCommand(...args.split(' '));
    expect({ printed, ...result }).toMatchObject({ published: 1_000, ...everythingRight });
    expect(result.schedule.byKind).toMatchObject({ flush: 1 });
    expect(code).toBe(0);
  });

  it('ends with 130 and leaves no process when it is interrupted', async () => {
    const { child, printed, ended } = startChaos('--messages', '100000');
    while (!printed().includes('workers are up') && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const started = childrenOf(child.pid ?? 0);
    child.kill('SIGINT');
    expect({ code: await ended, printed: printed() }).toMatchObject({ code: 130 });
    expect(started.length).toBeGreaterThanOrEqual(6);
    expect(livingOf(started)).toEqual([]);
  });

  it('ends with 2 for a value that cannot be, naming the flag', async () => {
    const { printed, ended } = startChaos('--redis-kills', 'many');
    expect(await ended).toBe(2);
    expect(printed()).toContain("'--redis-kills <n>'");
    expect(printed()).toContain('expected a whole number from 0 to 10000, was "many"');
  });
});
