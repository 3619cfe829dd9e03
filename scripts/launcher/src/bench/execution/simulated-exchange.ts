import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { BenchOptions } from '../run-benchmark.js';

const firstLine = z.object({
  url: z.string(),
  keys: z.record(z.string(), z.object({ account: z.string(), apiKey: z.string(), secret: z.string() })),
});
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

  private constructor(venue: string, { url, keys }: z.infer<typeof firstLine>) {
    const key = keys[venue];
    if (key === undefined) throw new Error(`expected keys for ${venue}, was ${Object.keys(keys).join(', ')}`);
    this.url = url;
    this.apiKey = key.apiKey;
    this.secret = key.secret;
    this.#venue = venue;
    this.#account = key.account;
  }

  static async open({ root, closing }: BenchOptions, venue: string): Promise<SimulatedExchange> {
    const program = join(root, 'tests', 'support', 'exchange', 'dist', 'main.js');
    const args = [program, '--venue', venue, '--limits', 'off', '--seed', '7'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    closing.add(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    });
    for await (const line of createInterface({ input: child.stdout })) {
      return new SimulatedExchange(venue, firstLine.parse(JSON.parse(line)));
    }
    throw new Error('expected the exchange simulator to say where it listens, was an end without a word');
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
