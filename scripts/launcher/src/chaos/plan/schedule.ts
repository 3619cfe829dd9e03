import { createHash } from 'node:crypto';
import { seededRandom } from '@octant/trading/market/random';

export type Fault =
  /** SIGKILL; it starts again after `downMs`. Most come back at once, the others so late that somebody else must take over. */
  | { readonly kind: 'worker_kill'; readonly worker: number; readonly downMs: number }
  /** SIGSTOP for longer than its leases last, then SIGCONT. */
  | { readonly kind: 'worker_stall'; readonly worker: number; readonly stallMs: number }
  | { readonly kind: 'producer_kill'; readonly downMs: number }
  /** SIGKILL, and a start on the same append-only file. */
  | { readonly kind: 'redis_kill'; readonly downMs: number }
  /** `immediate` as `pg_ctl stop -m immediate` does it, `kill` ends only the postmaster. */
  | { readonly kind: 'postgres_stop'; readonly how: 'immediate' | 'kill'; readonly downMs: number }
  /** FLUSHALL. */
  | { readonly kind: 'flush' };

/** A fault that is due when so many roots were published. */
export interface PlannedFault {
  readonly atMessage: number;
  readonly fault: Fault;
}

export interface SchedulePlan {
  readonly seed: number;
  readonly messages: number;
  readonly workers: number;
  readonly workerKills: number;
  readonly redisKills: number;
  readonly postgresStops: number;
  readonly flushes: number;
  /** Stalls last longer than this. */
  readonly leaseMs: number;
}

const FIRST_SHARE = 0.03;
const LAST_SHARE = 0.95;
const KILLS_PER_STALL = 20;
const KILLS_PER_PRODUCER_KILL = 20;
/** Share of the killed workers that stay away until their entries were taken over. */
const LONG_ABSENCE = 0.15;

/** All faults in the order of their time: a function of the plan alone. */
export function planFaults(plan: SchedulePlan): readonly PlannedFault[] {
  const { seed, workerKills } = plan;
  const random = seededRandom(`${seed} faults`);
  const between = (least: number, most: number): number => Math.round(least + random() * (most - least));
  const worker = (): number => Math.floor(random() * plan.workers);
  const sometimes = (count: number, per: number): number => (count === 0 ? 0 : Math.max(1, Math.round(count / per)));
  const makers: readonly (readonly [number, () => Fault])[] = [
    [
      workerKills,
      () => {
        const isLong = random() < LONG_ABSENCE;
        return { kind: 'worker_kill', worker: worker(), downMs: isLong ? between(3_000, 4_000) : between(0, 200) };
      },
    ],
    [
      sometimes(workerKills, KILLS_PER_STALL),
      () => ({ kind: 'worker_stall', worker: worker(), stallMs: plan.leaseMs + between(500, 1_500) }),
    ],
    [sometimes(workerKills, KILLS_PER_PRODUCER_KILL), () => ({ kind: 'producer_kill', downMs: between(0, 300) })],
    [plan.redisKills, () => ({ kind: 'redis_kill', downMs: between(0, 800) })],
    [
      plan.postgresStops,
      () => ({ kind: 'postgres_stop', how: random() < 0.7 ? 'immediate' : 'kill', downMs: between(100, 1_500) }),
    ],
    [plan.flushes, () => ({ kind: 'flush' })],
  ];
  const planned = makers.flatMap(([count, make]) =>
    Array.from({ length: count }, (_, index) => {
      // One in each of `count` equal stretches of the load: spread, and still at no time that could be told beforehand.
      const share = FIRST_SHARE + ((index + random()) / count) * (LAST_SHARE - FIRST_SHARE);
      return { atMessage: Math.floor(share * plan.messages), fault: make() };
    }),
  );
  return planned.sort((a, b) => a.atMessage - b.atMessage);
}

/** 16 hex digits that are the same for the same faults at the same times. */
export function digestOfSchedule(faults: readonly PlannedFault[]): string {
  return createHash('sha256').update(JSON.stringify(faults)).digest('hex').slice(0, 16);
}
