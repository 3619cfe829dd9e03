import type { Redis } from 'ioredis';
import { DeskKeys } from '@octant/platform/bus/desk-keys';
import { digestOf } from '@octant/platform/bus/message-id';
import type { RedisScripts } from '@octant/platform/bus/redis-scripts';
import { expectAlike, expectInvariants, learnIds } from './compare.js';
import { ALSO, BROKEN, IN } from './desk-model.js';
import * as failing from './failing-steps.js';
import * as leases from './lease-steps.js';
import * as publishing from './publishing-steps.js';
import { markerBases, plainKeys, viewOf } from './redis-view.js';
import * as settling from './settling-steps.js';
import type { Step } from './steps.js';
import { Trial } from './trial.js';

const TWO_DAYS_MS = 2 * 86_400_000;

/** Takes every step on a desk of its own and on the model of it, and compares both after each. */
export async function performRun(
  parts: { readonly redis: Redis; readonly scripts: RedisScripts; readonly prefix: string },
  run: { readonly longAgo: number; readonly steps: readonly Step[] },
): Promise<void> {
  const trial = new Trial(parts.redis, parts.scripts, new DeskKeys(parts.prefix));
  try {
    await prepare(trial, run.longAgo);
    for (const step of run.steps) {
      const check = await perform(trial, step);
      const view = await viewOf(trial);
      learnIds(trial, view);
      check?.();
      expectAlike(trial, view);
      expectInvariants(trial, view);
    }
  } finally {
    await dropDesk(trial);
  }
}

async function prepare(trial: Trial, longAgo: number): Promise<void> {
  const { redis, keys, model } = trial;
  const stream = model.stream(IN);
  const pipeline = redis.pipeline();
  for (const [name, group] of [
    [IN, 'g1'],
    [IN, 'g2'],
    [ALSO, 'g1'],
  ] as const) {
    pipeline.xgroup('CREATE', keys.stream(name), group, '0', 'MKSTREAM');
  }
  pipeline.set(keys.stream(BROKEN), 'no stream');
  const week = Math.floor(Date.now() / 604_800_000);
  for (let n = 0; n < longAgo; n += 1) {
    const message = trial.message(IN, `m${String(n)}`);
    const entry = stream.add(trial.fieldsOf(message), true);
    entry.id = `${String(Date.now() - TWO_DAYS_MS)}-${String(n)}`;
    stream.published.set(message.id, entry);
    pipeline.xadd(keys.stream(IN), entry.id, ...entry.fields);
    pipeline.hset(`${keys.published(IN)}:${String(week)}`, digestOf(message.id), entry.id);
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

type CheckLater = publishing.Check | undefined;

async function perform(trial: Trial, step: Step): Promise<CheckLater> {
  switch (step.kind) {
    case 'publish':
      return publishing.publish(trial, step);
    case 'requeue':
      return publishing.requeue(trial, step);
    case 'commit':
      return settling.commit(trial, step);
    case 'fail':
      return failing.fail(trial, step);
    default:
      await performOther(trial, step);
      return undefined;
  }
}

type OtherStep = Exclude<Step, { kind: 'publish' | 'requeue' | 'commit' | 'fail' }>;

type Performer<Kind extends OtherStep['kind']> = (
  trial: Trial,
  step: Extract<OtherStep, { kind: Kind }>,
) => Promise<void>;

const others: { readonly [Kind in OtherStep['kind']]: Performer<Kind> } = {
  change: publishing.change,
  addByHand: publishing.addByHand,
  deleteByHand: publishing.deleteByHand,
  resend: settling.resend,
  suspect: failing.suspect,
  read: leases.read,
  age: leases.age,
  beat: leases.beat,
  release: leases.beat,
  sweep: leases.sweep,
  trim: leases.trim,
  bury: leases.bury,
  weekPasses: leases.passWeek,
  forgetLongAgo: leases.forgetLongAgo,
};

async function performOther(trial: Trial, step: OtherStep): Promise<void> {
  const performer = others[step.kind] as (trial: Trial, step: OtherStep) => Promise<void>;
  await performer(trial, step);
}

async function dropDesk({ redis, keys }: Trial): Promise<void> {
  const week = Math.floor(Date.now() / 604_800_000);
  const markers = markerBases(keys).flatMap((base) => [0, 1, 2].map((ago) => `${base}:${String(week - ago)}`));
  await redis.unlink(...plainKeys(keys), ...markers);
}
