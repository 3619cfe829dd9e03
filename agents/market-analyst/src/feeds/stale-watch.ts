import type { Outgoing } from '@octant/platform/bus/message';
import type { Clock } from '@octant/platform/time/clock';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import type { AnalystMetrics } from '../metrics.js';
import { traceIdOf } from './candles-message.js';

export interface StaleWatchParts {
  readonly source: string;
  readonly timeframe: TimeframeName;
  readonly lateAfterMs: number;
  readonly exchange: { readonly id: string };
  readonly metrics: AnalystMetrics;
  readonly clock: Clock;
  readonly publish: (message: Outgoing & { readonly id: string }) => Promise<unknown>;
}

/** Knows whose due candle has not come, and gives one notice when that begins and one when it ends. */
export class StaleWatch {
  readonly #parts: StaleWatchParts;
  /** Open time of the candle that was missed first, by symbol. */
  readonly #stale = new Map<string, number>();
  readonly #seen = new Set<string>();

  constructor(parts: StaleWatchParts) {
    this.#parts = parts;
  }

  isStale(symbol: string): boolean {
    return this.#stale.has(symbol);
  }

  forget(symbol: string): void {
    this.#stale.delete(symbol);
    this.#seen.delete(symbol);
  }

  /** Judges every symbol by the open time of its newest closed candle. A symbol without one yet is still being filled. */
  async look(newest: readonly (readonly [symbol: string, openTimeMs: number | undefined])[]): Promise<void> {
    const { clock, timeframe, lateAfterMs } = this.#parts;
    const stepMs = timeframeMs(timeframe);
    const now = clock.now() - lateAfterMs;
    const dueMs = now - (now % stepMs) - stepMs;
    for (const [symbol, openTimeMs] of newest) {
      if (openTimeMs === undefined) continue;
      // What comes back after a restart is behind at first, and no fault of the feed.
      if (openTimeMs >= dueMs) this.#seen.add(symbol);
      else if (!this.#seen.has(symbol)) continue;
      await this.#judge(symbol, { isStale: openTimeMs < dueMs, openTimeMs });
    }
  }

  async #judge(symbol: string, found: { isStale: boolean; openTimeMs: number }): Promise<void> {
    const { exchange, timeframe, metrics, publish } = this.#parts;
    metrics.stale({ exchange: exchange.id, symbol, timeframe }, found.isStale);
    const missedMs = this.#stale.get(symbol);
    if (found.isStale && missedMs === undefined) {
      await publish(this.#notice(symbol, 'feed_stale', found.openTimeMs));
      this.#stale.set(symbol, found.openTimeMs);
    } else if (!found.isStale && missedMs !== undefined) {
      await publish(this.#notice(symbol, 'feed_recovered', missedMs));
      this.#stale.delete(symbol);
    }
  }

  /** One an episode: its id is the last candle that came before it. */
  #notice(symbol: string, type: 'feed_stale' | 'feed_recovered', lastOpenTimeMs: number): Outgoing & { id: string } {
    const { source, timeframe, clock } = this.#parts;
    const id = `${type}:${source}:${timeframe}:${symbol}:${String(lastOpenTimeMs)}`;
    const after = new Date(lastOpenTimeMs).toISOString();
    const payload: NotifyEvent = {
      type,
      severity: type === 'feed_stale' ? 'warning' : 'info',
      message:
        type === 'feed_stale'
          ? `No ${timeframe} candle of ${symbol} from ${source} after that of ${after}: no new exposure in it`
          : `Candles of ${symbol} from ${source} come again`,
      context: { source, symbol, timeframe, lastOpenTimeMs },
      ts: new Date(clock.now()).toISOString(),
      traceId: traceIdOf(id),
    };
    return { stream: 'notify.events', type, payload, id };
  }
}
