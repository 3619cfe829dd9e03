import { setTimeout as sleep } from 'node:timers/promises';
import { checkCandle, type DecimalCandle } from '@octant/trading/market/candle';
import { isAligned, timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';

/** The newest candle of an answer has no successor yet: it counts as closed when its close is so long ago. */
const CLOSE_GRACE_MS = 60_000;
/** How long an exchange may be away before the run gives up. */
const PATIENCE_MS = 120_000;
const LONGEST_PAUSE_MS = 15_000;

/** Public candles of one exchange. */
export interface CandleVenue {
  /** Most candles of one answer. */
  readonly pageLimit: number;
  /** Oldest first from `sinceMs` on; the newest one may still be forming. Fails with `code` `exchange_unreachable` when it may work later. */
  fetchCandles(query: {
    symbol: string;
    timeframe: TimeframeName;
    sinceMs: number;
    limit: number;
  }): Promise<readonly DecimalCandle[]>;
}

/** Where fetched candles go. */
export interface CandleSink {
  /** Open times between the bounds (from inclusive, to exclusive) that are there already, ascending. */
  knownTimes(fromMs: number, toMs: number): Promise<ArrayLike<number>>;
  /** Keeps candles that were not there, in rising time; they survive whatever happens next. */
  keep(candles: readonly DecimalCandle[]): Promise<void>;
}

export interface FetchTask {
  readonly symbol: string;
  readonly timeframe: TimeframeName;
  /** Open times on the grid: from inclusive, to exclusive. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FetchParts {
  readonly venue: CandleVenue;
  readonly sink: CandleSink;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly say: (line: string) => void;
  /** Open times of the range that have been dealt with, of those that were missing. */
  readonly onProgress: (done: number) => void;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface FetchedRange {
  readonly fetched: number;
  readonly requests: number;
  /** Candles of the exchange that are none, and what is wrong with the first few. */
  readonly refused: number;
  readonly refusals: readonly string[];
}

/**
 * Asks for all open times of the range that are missing, page by page, oldest first. Ends early, with what it has, when
 * the signal aborts.
 *
 * Every answer moves on behind what it covers, so a hole that the exchange has itself is asked for once a run.
 * @throws what the venue throws, when it is lasting or goes on for two minutes; what was fetched is kept.
 */
export async function fetchRange(task: FetchTask, parts: FetchParts): Promise<FetchedRange> {
  const run = new RangeRun(task, parts);
  await run.work();
  return run.result;
}

class RangeRun {
  readonly #task: FetchTask;
  readonly #parts: FetchParts;
  readonly #stepMs: number;
  #fetched = 0;
  #requests = 0;
  #refused = 0;
  readonly #refusals: string[] = [];
  readonly #aborted: Promise<undefined>;

  constructor(task: FetchTask, parts: FetchParts) {
    this.#task = task;
    this.#parts = parts;
    this.#stepMs = timeframeMs(task.timeframe);
    this.#aborted = aborted(parts.signal);
  }

  get result(): FetchedRange {
    const [fetched, requests, refused, refusals] = [this.#fetched, this.#requests, this.#refused, this.#refusals];
    return { fetched, requests, refused, refusals };
  }

  async work(): Promise<void> {
    const { fromMs, toMs } = this.#task;
    const { sink, signal, onProgress } = this.#parts;
    const known = new Set(Array.from(await sink.knownTimes(fromMs, toMs)));
    let done = 0;
    let cursorMs = fromMs;
    while (!signal.aborted) {
      while (cursorMs < toMs && known.has(cursorMs)) cursorMs += this.#stepMs;
      if (cursorMs >= toMs) return;
      const rows = await this.#ask(cursorMs);
      if (rows === undefined) return;
      const fresh = this.#closed(rows).filter(({ openTimeMs }) => openTimeMs < toMs && !known.has(openTimeMs));
      if (fresh.length > 0) await sink.keep(fresh);
      this.#fetched += fresh.length;
      const nextMs = this.#behind(cursorMs, rows);
      for (; cursorMs < Math.min(nextMs, toMs); cursorMs += this.#stepMs) if (!known.has(cursorMs)) done += 1;
      onProgress(done);
    }
  }

  /** Where to go on: behind the answer, or behind what an empty one covers. */
  #behind(sinceMs: number, rows: readonly DecimalCandle[]): number {
    const last = rows.at(-1);
    if (last === undefined) return sinceMs + this.#parts.venue.pageLimit * this.#stepMs;
    return last.openTimeMs + this.#stepMs;
  }

  /** One page from the time on, each time once and on the grid; undefined when the signal aborted. */
  async #ask(sinceMs: number): Promise<readonly DecimalCandle[] | undefined> {
    const { venue } = this.#parts;
    const { symbol, timeframe } = this.#task;
    const query = { symbol, timeframe, sinceMs, limit: venue.pageLimit };
    const rows = await this.#patiently(() => venue.fetchCandles(query));
    return rows
      ?.filter(({ openTimeMs }) => openTimeMs >= sinceMs && isAligned(openTimeMs, timeframe))
      .sort((a, b) => a.openTimeMs - b.openTimeMs)
      .filter(({ openTimeMs }, index, all) => openTimeMs !== all[index - 1]?.openTimeMs);
  }

  #closed(rows: readonly DecimalCandle[]): readonly DecimalCandle[] {
    const newest = rows.at(-1);
    const isClosed = newest !== undefined && newest.openTimeMs + this.#stepMs + CLOSE_GRACE_MS <= this.#parts.now();
    return (isClosed ? rows : rows.slice(0, -1)).filter((candle) => {
      const fault = checkCandle(candle);
      if (fault === undefined) return true;
      this.#refused += 1;
      if (this.#refusals.length < 5) this.#refusals.push(`${new Date(candle.openTimeMs).toISOString()} ${fault}`);
      return false;
    });
  }

  async #patiently<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
    const { signal, now, say, pause = pauseFor } = this.#parts;
    const deadline = now() + PATIENCE_MS;
    for (let pauseMs = 1000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (signal.aborted) return undefined;
      try {
        this.#requests += 1;
        return await Promise.race([ask(), this.#aborted]);
      } catch (error) {
        if (!mayWorkLater(error) || now() + pauseMs > deadline) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        say(`  ${reason}; once more in ${pauseMs / 1000} s`);
      }
      await pause(pauseMs, signal);
    }
  }
}

function mayWorkLater(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'exchange_unreachable';
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Resolves when the signal aborts: a question that is under way is not waited for. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(undefined);
      },
      { once: true },
    );
  });
}
