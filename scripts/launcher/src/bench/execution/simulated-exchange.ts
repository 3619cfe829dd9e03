import { z } from 'zod';
import { startSimulator, type SimulatorProcess } from '../../exchange-simulator.js';
import type { BenchOptions } from '../run-benchmark.js';

const SEED = 7;
const ledger = z.object({
  orders: z.array(z.object({ symbol: z.string(), status: z.string(), createdAtMs: z.number() })),
});
const placed = z.object({ venueOrderIds: z.array(z.string()) });
/** What one request of the control routes may hold, with room to spare. */
const MOST_AT_ONCE = 250;

/** An order to place; at the market where it has no price. */
export interface OrderToPlace {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly price?: string | undefined;
}

export type SimulatedOrder = z.infer<typeof ledger>['orders'][number];

/** The exchange simulator in a process of its own, with a funded account and no rate limits. */
export class SimulatedExchange {
  readonly url: string;
  readonly apiKey: string;
  readonly secret: string;
  readonly #venue: string;
  readonly #account: string;

  private constructor(venue: string, { url, account, apiKey, secret }: SimulatorProcess) {
    this.url = url;
    this.apiKey = apiKey;
    this.secret = secret;
    this.#venue = venue;
    this.#account = account;
  }

  static async open({ root, closing }: BenchOptions, venue: string): Promise<SimulatedExchange> {
    return new SimulatedExchange(venue, await startSimulator({ root, closing, venue, seed: SEED }));
  }

  /** Places orders of the account without a request each; the venue's ids, in the order given. */
  async place(orders: readonly OrderToPlace[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let from = 0; from < orders.length; from += MOST_AT_ONCE) {
      const some = orders
        .slice(from, from + MOST_AT_ONCE)
        .map(({ clientOrderId, symbol, side, qty, price }) => ({ clientOrderId, symbol, side, qty, price }));
      const body = JSON.stringify({ venue: this.#venue, account: this.#account, orders: some });
      const response = await fetch(`${this.url}/control/orders`, { method: 'POST', body });
      if (!response.ok) throw new Error(`expected the simulator to take orders, was ${await response.text()}`);
      ids.push(...placed.parse(await response.json()).venueOrderIds);
    }
    return ids;
  }

  /** All orders of the account; times are the simulator's, which is this machine's. */
  async orders(): Promise<readonly SimulatedOrder[]> {
    const query = new URLSearchParams({ venue: this.#venue, account: this.#account });
    const response = await fetch(`${this.url}/control/ledger?${query.toString()}`);
    return ledger.parse(await response.json()).orders;
  }
}
