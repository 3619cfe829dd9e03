import { TransientError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import { Decimal, floorToStep, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type {
  CancelOutcome,
  FillQuery,
  FindOutcome,
  KeyRights,
  PlaceOutcome,
  Venue,
  VenueBalance,
  VenueEvent,
  VenueFeatures,
  VenueFill,
  VenueMarket,
  VenueOrder,
  VenueOrderRequest,
  VenueOrderState,
  VenueTicker,
} from '@octant/venue/venue';
import { NO_FAULTS, type VenueFaults } from './venue-faults.js';

interface KeptOrder {
  order: VenueOrder;
  readonly kind: VenueOrderRequest['kind'];
  readonly placedAtMs: number;
  isTriggered?: true;
}

export interface MemoryVenueOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly balances: Readonly<Record<string, string>>;
  readonly markets: readonly VenueMarket[];
  readonly features?: Partial<VenueFeatures>;
  /** Default 40. */
  readonly roundTripMs?: number;
  /** It breaks its promise, and takes requests that come too late. */
  readonly ignoresExpiry?: boolean;
  /** Chance that a limit order fills by itself; none by default. */
  readonly limitFillRatio?: number;
  /** Currency that fees are charged in, of a symbol and side. */
  readonly feeCurrency?: (symbol: string, side: 'buy' | 'sell') => string;
}

const FEE_RATE = '0.001';
/** An order is shown by look-ups, and a fill by polls, so long after it was there. */
const SHOWN_AFTER_MS = 700;

/** An exchange in memory that misbehaves as exchanges do, from a seed; its own records are exact. */
export class MemoryVenue implements Venue {
  readonly id = 'binance';
  readonly features: VenueFeatures;
  faults: VenueFaults = NO_FAULTS;
  offsetMs = 0;
  /** Of every market; undefined: it does not say. */
  dayVolume: string | undefined;
  rights: KeyRights = { mayTrade: true, mayWithdraw: false };
  readonly requests: VenueOrderRequest[] = [];
  readonly fills: VenueFill[] = [];
  readonly #options: MemoryVenueOptions;
  readonly #roundTripMs: number;
  readonly #orders: KeptOrder[] = [];
  readonly #balances = new Map<string, Decimal>();
  readonly #listeners = new Set<(event: VenueEvent) => void>();
  #price = '100';

  constructor(options: MemoryVenueOptions) {
    this.#options = options;
    this.#roundTripMs = options.roundTripMs ?? 40;
    this.features = {
      orderTypes: new Set(['market', 'limit']),
      postOnly: true,
      reduceOnly: false,
      amend: false,
      deadMan: false,
      events: true,
      requestExpiry: true,
      findByClientId: true,
      ...options.features,
    };
    for (const [currency, amount] of Object.entries(options.balances)) {
      this.#balances.set(currency, parseDecimal(amount));
    }
  }

  /** Price of everything; market orders fill at it. */
  get price(): string {
    return this.#price;
  }

  /** Stops and targets that it reaches are market orders from then on. */
  set price(price: string) {
    this.#price = price;
    for (const kept of this.#orders)
      if (isOpenAt(kept.order) && !kept.isTriggered && this.#isReached(kept)) this.#trigger(kept);
  }

  get orders(): readonly VenueOrder[] {
    return this.#orders.map(({ order }) => order);
  }

  markets(): Promise<ReadonlyMap<string, VenueMarket>> {
    return this.#answer(() => new Map(this.#options.markets.map((market) => [market.symbol, market])));
  }

  async place(request: VenueOrderRequest): Promise<PlaceOutcome> {
    this.requests.push(request);
    const fault = this.#draw(['notDone', 'rejected', 'lostBefore', 'lostAfter', 'late', 'throws']);
    const { clock, random } = this.#options;
    await clock.sleep(this.#roundTripMs / 2);
    if (fault === 'late') {
      void clock.sleep(random() * 14_000).then(() => this.#accept(request));
      await clock.sleep(this.#roundTripMs);
      return { outcome: 'unknown', reason: 'time-out' };
    }
    if (fault === 'notDone') return { outcome: 'not_done', reason: 'maintenance', retryAfterMs: random() * 2000 };
    if (fault === 'rejected') return { outcome: 'rejected', code: 'no_funds', reason: 'not enough' };
    if (fault === 'lostBefore') return { outcome: 'unknown', reason: 'connection reset' };
    if (this.#isReached(request)) return { outcome: 'rejected', code: '-2010', reason: 'would trigger immediately' };
    const order = this.#accept(request);
    await clock.sleep(this.#roundTripMs / 2);
    if (fault === 'throws') throw new Error('socket hang up');
    if (fault === 'lostAfter' || order === undefined) return { outcome: 'unknown', reason: '502' };
    return { outcome: 'accepted', order };
  }

  async cancel({ venueOrderId }: { venueOrderId: string }): Promise<CancelOutcome> {
    await this.#options.clock.sleep(this.#roundTripMs);
    const kept = this.#orders.find(({ order }) => order.venueOrderId === venueOrderId);
    if (this.#draw(['notDone']) !== undefined) return { outcome: 'not_done', reason: 'busy', retryAfterMs: 300 };
    if (this.#draw(['lostBefore']) !== undefined) return { outcome: 'unknown', reason: 'reset' };
    if (kept === undefined || !isOpenAt(kept.order)) return { outcome: 'not_open', reason: 'unknown order' };
    this.#end(kept, 'canceled');
    return this.#draw(['lostAfter']) === undefined ? { outcome: 'canceled' } : { outcome: 'unknown', reason: '504' };
  }

  amend(): Promise<PlaceOutcome> {
    return Promise.resolve({ outcome: 'rejected', code: 'unsupported', reason: 'no amend here' });
  }

  async find({ clientOrderId }: { clientOrderId: string }): Promise<FindOutcome> {
    await this.#options.clock.sleep(this.#roundTripMs);
    if (this.#draw(['silent']) !== undefined) return { outcome: 'unknown', reason: 'time-out' };
    const kept = this.#orders.find(({ order }) => order.clientOrderId === clientOrderId);
    if (kept === undefined || !this.#isShown(kept.placedAtMs)) return { outcome: 'not_found' };
    return { outcome: 'found', order: kept.order };
  }

  openOrders(): Promise<readonly VenueOrder[]> {
    return this.#answer(() => this.orders.filter(isOpenAt));
  }

  ordersSince({ symbol, sinceMs }: FillQuery): Promise<readonly VenueOrder[]> {
    return this.#answer(() =>
      this.#orders
        .filter(
          ({ order, placedAtMs }) => order.symbol === symbol && placedAtMs >= sinceMs && this.#isShown(placedAtMs),
        )
        .map(({ order }) => order),
    );
  }

  fillsSince({ symbol, sinceMs }: FillQuery): Promise<readonly VenueFill[]> {
    return this.#answer(() =>
      this.fills
        .filter((fill) => fill.symbol === symbol && fill.atMs >= sinceMs && this.#isShown(fill.atMs))
        .map((fill) => ({ ...fill, clientOrderId: undefined })),
    );
  }

  balances(): Promise<ReadonlyMap<string, VenueBalance>> {
    return this.#answer(
      () =>
        new Map([...this.#balances].map(([currency, free]) => [currency, { free: formatDecimal(free), used: '0' }])),
    );
  }

  tickers(symbols: readonly string[]): Promise<ReadonlyMap<string, VenueTicker>> {
    return this.#answer(
      () => new Map(symbols.map((symbol) => [symbol, { lastPrice: this.#price, dayVolume: this.dayVolume }])),
    );
  }

  balanceOf(currency: string): string {
    return formatDecimal(this.#balances.get(currency) ?? Decimal.of(0));
  }

  clockOffsetMs(): Promise<number> {
    return Promise.resolve(this.offsetMs);
  }

  keyRights(): Promise<KeyRights> {
    return Promise.resolve(this.rights);
  }

  cancelAllAfter(): Promise<void> {
    return Promise.reject(new Error('expected a venue with a dead-man timer'));
  }

  watch(listener: (event: VenueEvent) => void, signal: AbortSignal): Promise<void> {
    this.#listeners.add(listener);
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        this.#listeners.delete(listener);
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Moves money by hand: a deposit, or a withdrawal. */
  move(currency: string, amount: string): void {
    this.#balances.set(currency, (this.#balances.get(currency) ?? Decimal.of(0)).plus(parseDecimal(amount)));
  }

  /** Somebody else's order; it is filled at once when it is at the market. */
  placeByHand(request: Partial<VenueOrderRequest> & { readonly clientOrderId: string }): VenueOrder {
    const whole: VenueOrderRequest = {
      symbol: 'BTC-USDT',
      side: 'buy',
      qty: '1',
      kind: { type: 'market' },
      ...request,
    };
    const order = this.#accept(whole);
    if (order === undefined) throw new Error('expected an order in time');
    return order;
  }

  /** Fills so much of a resting order, or all that is left. */
  fill(venueOrderId: string, qty?: string): void {
    const kept = this.#orders.find(({ order }) => order.venueOrderId === venueOrderId);
    if (kept === undefined) throw new Error(`expected an order ${venueOrderId}, was none`);
    this.#fill(kept, qty === undefined ? leftOf(kept.order) : parseDecimal(qty));
  }

  /** Fills so much of a resting order at another price, which the market had for no longer than that. */
  sellAt(venueOrderId: string, price: string, qty: string): void {
    const before = this.#price;
    this.#price = price;
    this.fill(venueOrderId, qty);
    this.#price = before;
  }

  #accept(request: VenueOrderRequest): VenueOrder | undefined {
    const nowMs = this.#options.clock.now();
    const isLate = request.expiresAtMs !== undefined && nowMs > request.expiresAtMs;
    if ((isLate && this.#options.ignoresExpiry !== true) || this.#isReached(request)) return undefined;
    const order: VenueOrder = {
      venueOrderId: `v${String(this.#orders.length + 1)}`,
      clientOrderId: request.clientOrderId,
      symbol: request.symbol,
      side: request.side,
      qty: request.qty,
      filledQty: '0',
      state: 'open',
      createdAtMs: nowMs,
    };
    const kept: KeptOrder = { order, kind: request.kind, placedAtMs: nowMs };
    this.#orders.push(kept);
    this.#tell({ type: 'order', order });
    if (request.kind.type === 'market' || this.#isMet(request)) void this.#fillInParts(kept);
    return order;
  }

  /** Of a sell's stop below the price, and its target above it: an order that it would trigger at once is refused. */
  #isReached({ kind }: Pick<KeptOrder, 'kind'>): boolean {
    const price = parseDecimal(this.#price);
    if (kind.type === 'oco' && price.gte(parseDecimal(kind.price))) return true;
    return (kind.type === 'stop_loss' || kind.type === 'oco') && price.lte(parseDecimal(kind.stopPrice));
  }

  #trigger(kept: KeptOrder): void {
    kept.isTriggered = true;
    void this.#fillInParts(kept);
  }

  /** Whether the market comes to a limit order. */
  #isMet({ kind }: VenueOrderRequest): boolean {
    const { limitFillRatio, random } = this.#options;
    return kind.type === 'limit' && limitFillRatio !== undefined && random() < limitFillRatio;
  }

  async #fillInParts(kept: KeptOrder): Promise<void> {
    const { clock, random } = this.#options;
    for (;;) {
      await clock.sleep(1 + random() * 400);
      if (!isOpenAt(kept.order)) return;
      if (this.#draw(['cutShort']) !== undefined) {
        this.#end(kept, random() < 0.5 ? 'canceled' : 'expired');
        return;
      }
      const left = leftOf(kept.order);
      const part = floorToStep(left.times(random().toFixed(4)), parseDecimal('0.0001'));
      this.#fill(kept, random() < 0.5 || part.lte(0) ? left : part);
    }
  }

  #fill(kept: KeptOrder, qty: Decimal): void {
    const { order } = kept;
    const { symbol, side } = order;
    const [base = '', quote = ''] = symbol.split('-');
    const price = parseDecimal(this.#price);
    const currency = this.#options.feeCurrency?.(symbol, side) ?? quote;
    const notional = qty.times(price);
    const fee = (currency === base ? qty : notional).times(FEE_RATE);
    const sign = side === 'buy' ? 1 : -1;
    this.move(base, formatDecimal(qty.times(sign)));
    this.move(quote, formatDecimal(notional.times(-sign)));
    this.move(currency, formatDecimal(fee.neg()));
    const filled = parseDecimal(order.filledQty).plus(qty);
    const state = filled.eq(parseDecimal(order.qty)) ? 'filled' : 'partially_filled';
    kept.order = { ...order, filledQty: formatDecimal(filled), state };
    const fill: VenueFill = {
      tradeId: `t${String(this.fills.length + 1)}`,
      venueOrderId: order.venueOrderId,
      clientOrderId: order.clientOrderId,
      symbol,
      side,
      qty: formatDecimal(qty),
      price: this.price,
      fee: { amount: formatDecimal(fee), currency },
      maker: false,
      atMs: Math.floor(this.#options.clock.now()),
    };
    this.fills.push(fill);
    this.#tell({ type: 'order', order: kept.order });
    this.#tell({ type: 'fill', fill });
  }

  #end(kept: KeptOrder, state: VenueOrderState): void {
    kept.order = { ...kept.order, state };
    this.#tell({ type: 'order', order: kept.order });
  }

  #tell(event: VenueEvent): void {
    const { clock, random } = this.#options;
    const times = this.#draw(['eventLost']) !== undefined ? 0 : this.#draw(['eventTwice']) === undefined ? 1 : 2;
    for (let time = 0; time < times; time += 1) {
      const delayMs = this.#draw(['eventLate']) === undefined ? 0 : random() * 3000;
      void clock.sleep(1 + delayMs).then(() => {
        for (const listener of this.#listeners) listener(event);
      });
    }
  }

  async #answer<Result>(question: () => Result): Promise<Result> {
    const { clock } = this.#options;
    await clock.sleep(this.#roundTripMs / 2);
    const answer = question();
    await clock.sleep(this.#roundTripMs / 2);
    if (this.#draw(['silent']) === undefined) return answer;
    throw new TransientError('expected an answer, was a time-out', { code: 'venue_unreachable' });
  }

  #isShown(atMs: number): boolean {
    return this.#options.clock.now() >= atMs + SHOWN_AFTER_MS;
  }

  #draw(kinds: readonly (keyof VenueFaults)[]): keyof VenueFaults | undefined {
    let drawn = this.#options.random();
    for (const kind of kinds) {
      if (drawn < this.faults[kind]) return kind;
      drawn -= this.faults[kind];
    }
    return undefined;
  }
}

function isOpenAt({ state }: VenueOrder): boolean {
  return state === 'open' || state === 'partially_filled';
}

function leftOf({ qty, filledQty }: VenueOrder): Decimal {
  return parseDecimal(qty).minus(parseDecimal(filledQty));
}
