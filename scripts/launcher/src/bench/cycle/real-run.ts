import { setTimeout as sleep } from 'node:timers/promises';
import type { DeskClient } from '../../desk/desk-client.js';
import type { LoggedEntry, StreamLog } from './stream-log.js';

/** Steps of a run that are not looked at: code gets warm, connections open. */
export const WARM_UP_STEPS = 100;
export const TIMEFRAME = '1h';
export const SOURCE = 'replay';
const POLL_MS = 200;
const PATIENCE_MS = 120_000;

export interface RealDesk {
  readonly client: DeskClient;
  readonly log: StreamLog;
  readonly candlesKey: string;
  readonly ordersKey: string;
  readonly signal: AbortSignal;
}

export interface RealRun {
  readonly symbol: string;
  readonly strategy: string;
  readonly mode: 'pubsub' | 'hybrid';
  /** Open times: from inclusive, to exclusive. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the two streams tell of a session. */
export interface RunTimes {
  /** Ms from a candle's entry to the entry of the order that it led to, of the steps after the warm-up. */
  readonly latenciesMs: readonly number[];
  /** Of these orders, how many came in a step in which the order before filled, as a ratio. */
  readonly fillRatio: number;
  /** From the first step to the last. */
  readonly candlesPerSecond: number;
}

/** Replays stored candles through the fleet and waits for the end. @throws Error when the session fails or stops. */
export async function runReal(desk: RealDesk, run: RealRun): Promise<RunTimes> {
  const { client, log, candlesKey, ordersKey, signal } = desk;
  const { symbol, ...rest } = run;
  const sessionId = await client.run({ symbols: [symbol], timeframe: TIMEFRAME, source: SOURCE, ...rest });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status } = await client.session(sessionId);
    if (status === 'finished') break;
    if (status !== 'running' || performance.now() > deadline)
      throw new Error(`expected session ${sessionId} to finish, was ${status}`);
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
  await log.catchUp();
  const isOurs = ({ data }: LoggedEntry): boolean => data['sessionId'] === sessionId;
  const candles = log.entries(candlesKey).filter((entry) => isOurs(entry) && entry.data['closed'] === true);
  const orders = new Map(
    log
      .entries(ordersKey)
      .filter(isOurs)
      .map(({ atMs, data }) => [String(data['requestId']), atMs]),
  );
  return timesOf(candles, ({ data }) => orders.get(`${sessionId}.${symbol}.${String(data['closeTimeMs'])}`));
}

/** @throws Error when there are too few orders to speak of. */
export function timesOf(
  candles: readonly LoggedEntry[],
  orderOf: (candle: LoggedEntry) => number | undefined,
): RunTimes {
  const orderedAt = candles.map(orderOf);
  const latenciesMs: number[] = [];
  let fills = 0;
  for (const [index, { atMs }] of candles.entries()) {
    const orderAtMs = orderedAt[index];
    if (index < WARM_UP_STEPS || orderAtMs === undefined) continue;
    latenciesMs.push(orderAtMs - atMs);
    if (orderedAt[index - 1] !== undefined) fills += 1;
  }
  const [first, last] = [candles[0], candles.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) {
    throw new Error(`expected the steps of a replay, was ${candles.length} candle messages`);
  }
  return {
    latenciesMs,
    fillRatio: latenciesMs.length === 0 ? 0 : fills / latenciesMs.length,
    candlesPerSecond: ((candles.length - 1) * 1000) / (last.atMs - first.atMs),
  };
}
