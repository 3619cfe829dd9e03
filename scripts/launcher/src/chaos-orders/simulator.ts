import { z } from 'zod';
import { startSimulator, type SimulatorOptions, type SimulatorProcess } from '../exchange-simulator.js';
import type { ChaosVenue } from './plan/market.js';
import type { VenueFaultRule } from './plan/faults.js';

const key = z.object({ apiKey: z.string(), secret: z.string() });
const fired = z.object({ fired: z.array(z.object({ rule: z.object({ fault: z.string() }) })) });
const amounts = z.record(z.string(), z.string());
const venueLedger = z.object({
  balances: z.record(z.string(), z.object({ free: z.string(), locked: z.string() })),
  deposits: amounts,
  orders: z.array(
    z.object({
      venueOrderId: z.string(),
      clientOrderId: z.string().optional(),
      symbol: z.string(),
      status: z.string(),
      qty: z.string(),
      filledQty: z.string(),
    }),
  ),
  fills: z.array(
    z.object({
      venueTradeId: z.string(),
      venueOrderId: z.string(),
      clientOrderId: z.string().optional(),
      symbol: z.string(),
      side: z.enum(['buy', 'sell']),
      qty: z.string(),
      price: z.string(),
      fee: z.string(),
      feeAsset: z.string(),
    }),
  ),
});
/** What the exchange knows of the account; decimal strings. */
export type VenueLedger = z.infer<typeof venueLedger>;
export type VenueKey = z.infer<typeof key>;

/** The exchange simulator of one venue as a process of its own, steered by HTTP. */
export class Simulator {
  readonly url: string;
  readonly key: VenueKey;
  readonly #venue: ChaosVenue;
  readonly #account: string;

  private constructor(venue: ChaosVenue, { url, account, apiKey, secret }: SimulatorProcess) {
    this.url = url;
    this.key = { apiKey, secret };
    this.#account = account;
    this.#venue = venue;
  }

  static async open(options: SimulatorOptions & { readonly venue: ChaosVenue }): Promise<Simulator> {
    return new Simulator(options.venue, await startSimulator(options));
  }

  async setPrice(symbol: string, price: string): Promise<void> {
    await this.#post('price', { symbol, price });
  }

  async setDepth(symbol: string, qty: string): Promise<void> {
    await this.#post('depth', { symbol, qty });
  }

  /** In place of those before. */
  async setFaults(rules: readonly VenueFaultRule[]): Promise<void> {
    await this.#send('faults', { rules });
  }

  /** By fault, how often it struck so far. */
  async countFired(): Promise<ReadonlyMap<string, number>> {
    const answer = fired.parse(await this.#get('faults'));
    const counts = new Map<string, number>();
    for (const { rule } of answer.fired) counts.set(rule.fault, (counts.get(rule.fault) ?? 0) + 1);
    return counts;
  }

  async setClockSkew(skewMs: number): Promise<void> {
    await this.#post('clock', { skewMs });
  }

  async setMaintenance(forMs: number): Promise<void> {
    await this.#post('maintenance', { forMs });
  }

  async sockets(action: 'close' | 'silence'): Promise<void> {
    await this.#post('sockets', { action });
  }

  /** Another key of the same account. */
  async openKey(name: string): Promise<VenueKey> {
    return key.parse(await this.#post('key', { account: this.#account, name }));
  }

  async ledger(): Promise<VenueLedger> {
    const query = new URLSearchParams({ venue: this.#venue, account: this.#account });
    return venueLedger.parse(await this.#get(`ledger?${query.toString()}`));
  }

  #post(route: string, body: object): Promise<unknown> {
    return this.#send(route, { venue: this.#venue, ...body });
  }

  async #send(route: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.url}/control/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`/control/${route}: expected 200, was ${response.status}: ${await response.text()}`);
    return response.json();
  }

  async #get(route: string): Promise<unknown> {
    const response = await fetch(`${this.url}/control/${route}`);
    if (!response.ok) throw new Error(`/control/${route}: expected 200, was ${response.status}`);
    return response.json();
  }
}
