import { randomBytes } from 'node:crypto';
import type { Publisher } from '@octant/platform/agent/definition';
import type { Database } from '@octant/platform/postgres/sql';
import { DAY_MS } from '@octant/trading/portfolio/utc-day';
import type { FedSession, MarketPort } from '../adapters/market-port.js';
import type { PortfolioDesk } from './desk.js';
import { pricesOf, withCloses, type Mark, type MarkMap } from './marks.js';

export interface CatchUpMarksParts {
  readonly desk: PortfolioDesk;
  readonly market: MarketPort;
  readonly database: Pick<Database, 'transaction'>;
  readonly bus: Pick<Publisher, 'commit'>;
  readonly inLane: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Steps that were in Redis when it was emptied and had not been handled here: nobody publishes them again once their
 * session has gone on. Marks and equity points that they would have left are made from the stored candles, as far as
 * each session has come.
 */
export class LostSteps {
  readonly #parts: CatchUpMarksParts;
  #wanted = false;

  constructor(parts: CatchUpMarksParts) {
    this.#parts = parts;
  }

  /** There may be some. */
  want(): void {
    this.#wanted = true;
  }

  /** Makes up for them, once, when they are wanted; how many equity points were missing. */
  async catchUp(): Promise<number> {
    if (!this.#wanted) return 0;
    this.#wanted = false;
    try {
      const traceId = randomBytes(16).toString('hex');
      let points = 0;
      for (const session of await this.#parts.market.sessions(traceId)) {
        points += await this.#catchUpPoints(session, traceId);
        await this.#catchUpMarks(session, traceId);
      }
      return points;
    } catch (error) {
      this.#wanted = true;
      throw error;
    }
  }

  async #catchUpPoints(session: FedSession, traceId: string): Promise<number> {
    const { desk, database, inLane } = this.#parts;
    const { startedAtMs, lastCloseTimeMs } = session;
    const firstMs = (Math.floor(startedAtMs / DAY_MS) + 1) * DAY_MS;
    const there = await desk.store.pointTimes(firstMs, lastCloseTimeMs);
    let points = 0;
    for (let atMs = firstMs; atMs <= lastCloseTimeMs; atMs += DAY_MS) {
      if (there.has(atMs)) continue;
      const closes = await this.#closesAt(session, { atMs, traceId });
      if (!Object.values(closes).some((mark) => mark.closeTimeMs === atMs)) continue;
      await inLane(async () => {
        const { startEquityQuote } = (await desk.books.current()).ledger;
        const others = pricesOf(desk.marks.peek());
        const point = { atMs, startEquityQuote, closes: { ...others, ...pricesOf(closes) } };
        await database.transaction((sql) => desk.store.putEquityPoint(sql, point));
      });
      points += 1;
    }
    return points;
  }

  async #catchUpMarks(session: FedSession, traceId: string): Promise<void> {
    const { desk, bus, inLane } = this.#parts;
    const { lastCloseTimeMs: atMs, symbols } = session;
    if (symbols.every((symbol) => (desk.marks.peek()[symbol]?.closeTimeMs ?? 0) >= atMs)) return;
    const closes = await this.#closesAt(session, { atMs, traceId });
    await inLane(async () => {
      let next = await desk.marks.current();
      for (const [symbol, { price: close, closeTimeMs }] of Object.entries(closes)) {
        next = withCloses(next, { closeTimeMs, candles: [{ symbol, close }] });
      }
      const { write, committed } = desk.marks.change(next);
      if ((await bus.commit({ messages: [], state: [write] })) === 'ok') committed();
      else this.#wanted = true;
    });
  }

  /** The newest close of each symbol up to that instant; symbols without one are left out. */
  async #closesAt(session: FedSession, at: { atMs: number; traceId: string }): Promise<MarkMap> {
    const { source, timeframe, symbols } = session;
    const found: Record<string, Mark> = {};
    for (const symbol of symbols) {
      const mark = await this.#parts.market.closeAt({ source, timeframe, symbol }, at);
      if (mark !== undefined) found[symbol] = mark;
    }
    return found;
  }
}
