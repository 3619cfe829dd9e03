import { KrakenError } from './kraken-error.js';

/** Of one account tier. */
export interface KrakenLimits {
  /** Highest counter of account calls, and what it loses a second. */
  readonly calls: number;
  readonly callsDecay: number;
  /** Of orders, for each pair. */
  readonly orders: number;
  readonly ordersDecay: number;
}

/** The intermediate tier. */
export const krakenLimits: KrakenLimits = { calls: 20, callsDecay: 0.5, orders: 125, ordersDecay: 2.34 };

interface Counter {
  value: number;
  at: number;
}

/** Cancelling costs the more the younger the order is: up to so many seconds, so much. */
const cancelCosts: readonly (readonly [seconds: number, cost: number])[] = [
  [5, 8],
  [10, 6],
  [15, 5],
  [45, 4],
  [90, 2],
  [300, 1],
];

/** Kraken's counters, which rise with every call and fall with time. */
export class KrakenCounters {
  readonly #limits: KrakenLimits;
  readonly #now: () => number;
  readonly #counters = new Map<string, Counter>();
  #lockedUntil = 0;

  constructor(limits: KrakenLimits, timerNow: () => number) {
    this.#limits = limits;
    this.#now = timerNow;
  }

  lock(forMs: number): void {
    this.#lockedUntil = this.#now() + forMs;
  }

  /** @throws KrakenError when the key made too many. */
  takeCall(key: string, cost: number): void {
    if (this.#now() < this.#lockedUntil) throw new KrakenError('EGeneral:Temporary lockout');
    const { calls, callsDecay } = this.#limits;
    this.#take(`calls ${key}`, { cost, most: calls, decay: callsDecay, error: 'EAPI:Rate limit exceeded' });
  }

  /** @throws KrakenError when the account sent too many orders of the pair. */
  takeOrder(account: string, symbol: string, cost: number): void {
    const { orders, ordersDecay } = this.#limits;
    const limit = { cost, most: orders, decay: ordersDecay, error: 'EOrder:Rate limit exceeded' };
    this.#take(`orders ${account} ${symbol}`, limit);
  }

  /** Never refused, and counted all the same. */
  noteCancel(account: string, symbol: string, ageMs: number): void {
    const cost = cancelCosts.find(([seconds]) => ageMs < seconds * 1000)?.[1] ?? 0;
    const counter = this.#counter(`orders ${account} ${symbol}`, this.#limits.ordersDecay);
    counter.value = Math.min(counter.value + cost, this.#limits.orders);
  }

  #take(name: string, limit: { cost: number; most: number; decay: number; error: string }): void {
    const counter = this.#counter(name, limit.decay);
    if (counter.value + limit.cost > limit.most) throw new KrakenError(limit.error);
    counter.value += limit.cost;
  }

  #counter(name: string, decay: number): Counter {
    const now = this.#now();
    const counter = this.#counters.get(name) ?? { value: 0, at: now };
    counter.value = Math.max(0, counter.value - ((now - counter.at) / 1000) * decay);
    counter.at = now;
    this.#counters.set(name, counter);
    return counter;
  }
}
