import { BinanceError } from './binance-error.js';

export interface BinanceLimits {
  readonly weightPerMinute: number;
  readonly ordersPerTenSeconds: number;
  readonly ordersPerDay: number;
  /** So many requests after the limit within the same minute bring a ban. */
  readonly requestsBeforeBan: number;
  readonly banMs: number;
}

export const binanceLimits: BinanceLimits = {
  weightPerMinute: 6000,
  ordersPerTenSeconds: 100,
  ordersPerDay: 200_000,
  requestsBeforeBan: 10,
  banMs: 120_000,
};

interface Window {
  start: number;
  used: number;
}

/** Used weight and orders in the running windows, of all who ask from here. */
export class RequestWeight {
  readonly #limits: BinanceLimits;
  readonly #now: () => number;
  readonly #minute: Window = { start: 0, used: 0 };
  readonly #tenSeconds: Window = { start: 0, used: 0 };
  readonly #day: Window = { start: 0, used: 0 };
  #refusedInARow = 0;
  #bannedUntil = 0;

  constructor(limits: BinanceLimits, timerNow: () => number) {
    this.#limits = limits;
    this.#now = timerNow;
  }

  headers(): Record<string, string> {
    return {
      'x-mbx-used-weight': String(this.#minute.used),
      'x-mbx-used-weight-1m': String(this.#minute.used),
      'x-mbx-order-count-10s': String(this.#tenSeconds.used),
      'x-mbx-order-count-1d': String(this.#day.used),
    };
  }

  ban(forMs: number): void {
    this.#bannedUntil = this.#now() + forMs;
  }

  /** @throws BinanceError 429 over the limit, 418 when that is not heeded. */
  take(weight: number): void {
    const now = this.#now();
    if (now < this.#bannedUntil) throw this.#banned(now);
    roll(this.#minute, now, 60_000);
    if (this.#minute.used + weight <= this.#limits.weightPerMinute) {
      this.#minute.used += weight;
      this.#refusedInARow = 0;
      return;
    }
    this.#refusedInARow += 1;
    if (this.#refusedInARow > this.#limits.requestsBeforeBan) {
      this.ban(this.#limits.banMs);
      this.#refusedInARow = 0;
      throw this.#banned(now);
    }
    const message = `Too much request weight used; current limit is ${this.#limits.weightPerMinute} request weight per 1 MINUTE.`;
    throw new LimitError(message, { status: 429, waitMs: this.#minute.start + 60_000 - now });
  }

  /** @throws BinanceError 429 when there were too many. */
  takeOrders(count: number): void {
    const now = this.#now();
    roll(this.#tenSeconds, now, 10_000);
    roll(this.#day, now, 86_400_000);
    const { ordersPerTenSeconds, ordersPerDay } = this.#limits;
    if (this.#tenSeconds.used + count > ordersPerTenSeconds || this.#day.used + count > ordersPerDay) {
      const message = `Too many new orders; current limit is ${ordersPerTenSeconds} orders per 10 SECOND.`;
      throw new LimitError(message, { status: 429, waitMs: this.#tenSeconds.start + 10_000 - now, code: -1015 });
    }
    this.#tenSeconds.used += count;
    this.#day.used += count;
  }

  #banned(now: number): LimitError {
    const message = `Way too much request weight used; IP banned until ${Math.ceil(this.#bannedUntil)}. Please use WebSocket Streams for live updates to avoid bans.`;
    return new LimitError(message, { status: 418, waitMs: this.#bannedUntil - now });
  }
}

/** Comes with a time to wait. */
export class LimitError extends BinanceError {
  readonly waitMs: number;

  constructor(message: string, { status, waitMs, code = -1003 }: { status: number; waitMs: number; code?: number }) {
    super(code, message, status);
    this.waitMs = waitMs;
  }
}

function roll(window: Window, now: number, lengthMs: number): void {
  const start = Math.floor(now / lengthMs) * lengthMs;
  if (start === window.start) return;
  window.start = start;
  window.used = 0;
}
