import { Redis } from 'ioredis';
import type { Closing } from '../../desk/closing.js';
import type { DeskName } from '../../desk/drop-desk.js';
import type { OpenDesk } from '../../desk/open-desk.js';
import { quantileOfWholeMs } from '../quantile.js';
import type { BenchSheet } from '../result.js';
import { FLIPPING_STRATEGY } from './bench-home.js';
import type { CandleTrack } from './candle-track.js';
import { measureSizes } from './message-sizes.js';
import { runReal, WARM_UP_STEPS, type RealDesk } from './real-run.js';
import { Skeleton } from './skeleton/skeleton.js';

/** One round a symbol. */
const SYMBOLS = ['SOL-USDT', 'LTC-USDT', 'SOL-USD'];
const REAL_STEPS = 600;
/** In the skeleton each step ends with an order, in the real desk about each second one. */
const SKELETON_STEPS = 400;
/** Fewer orders a run than this have no p99 to speak of. */
const LEAST_ORDERS = 100;

export interface DecisionOptions {
  readonly desk: OpenDesk;
  readonly real: RealDesk;
  readonly track: CandleTrack;
  readonly sheet: BenchSheet;
  readonly name: DeskName;
  readonly closing: Closing;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly logs: string;
}

/** Time from candle to order through the eight agents, and through the skeleton, in turns. */
export async function measureDecisions(options: DecisionOptions): Promise<void> {
  const { desk, real, track, sheet, name, signal, say } = options;
  let skeleton: Skeleton | undefined;
  for (const [index, symbol] of SYMBOLS.entries()) {
    say(`Decisions, round ${index + 1} of ${SYMBOLS.length}: the desk, then the skeleton`);
    const range = await track.take(symbol, REAL_STEPS);
    const { latenciesMs, fillRatio } = await runReal(real, { strategy: FLIPPING_STRATEGY, mode: 'pubsub', ...range });
    addLatencies(sheet, 'decision', latenciesMs);
    skeleton ??= await openSkeleton(options, await sizesOf(desk, name));
    addLatencies(sheet, 'skeleton', await skeleton.run({ steps: SKELETON_STEPS, warmUp: WARM_UP_STEPS, fillRatio }));
    signal.throwIfAborted();
  }
  await skeleton?.close();
}

function addLatencies(sheet: BenchSheet, name: 'decision' | 'skeleton', latenciesMs: readonly number[]): void {
  if (latenciesMs.length < LEAST_ORDERS) {
    throw new Error(`expected at least ${LEAST_ORDERS} orders after the warm-up, was ${latenciesMs.length}`);
  }
  sheet.add(`${name} latency p50`, 'ms', quantileOfWholeMs(latenciesMs, 0.5));
  sheet.add(`${name} latency p99`, 'ms', quantileOfWholeMs(latenciesMs, 0.99));
  sheet.add(`${name} latency, orders`, 'orders', latenciesMs.length);
}

async function sizesOf(desk: OpenDesk, name: DeskName): ReturnType<typeof measureSizes> {
  const redis = new Redis(desk.servers.redis.url);
  try {
    return await measureSizes(redis, name.prefix);
  } finally {
    redis.disconnect();
  }
}

function openSkeleton(options: DecisionOptions, sizes: Awaited<ReturnType<typeof measureSizes>>): Promise<Skeleton> {
  const { desk, name, closing, signal } = options;
  const { redis, postgres } = desk.servers;
  return Skeleton.open({
    servers: { redis, postgres },
    name: { prefix: `${name.prefix.slice(0, -1)}-bare:`, schema: `${name.schema}_bare` },
    sizes,
    closing,
    signal,
  });
}
