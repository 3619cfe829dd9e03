import { Secret } from '@octant/platform/config/secret';
import { systemClock } from '@octant/platform/time/system-clock';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkVenue } from '@octant/venue/check-venue';
import { unlimited } from '@octant/venue/testing/recording-venue';
import { openCcxtVenue } from '@octant/venue/open-ccxt-venue';
import { venueClientOrderId } from '@octant/venue/venue-client-order-id';
import type { Venue, VenueEvent, VenueFill, VenueOrderKind, VenueOrderRequest } from '@octant/venue/venue';
import type { FaultRule, VenueName } from '../../support/exchange/faults/fault-script.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';
import type { VenueControl } from '../../support/exchange/server/venue-control.js';

const SYMBOLS = { binance: 'BTC-USDT', kraken: 'BTC-USD' } as const;
const TIMEOUT_MS = 1_000;

/** The adapter over ccxt's unmodified classes against both simulated exchanges. */
describe.each(['binance', 'kraken'] as const)('the venue adapter at %s', (id: VenueName) => {
  const symbol = SYMBOLS[id];
  const [base = '', quote = ''] = symbol.split('-');
  let simulator: ExchangeSimulator;
  let control: VenueControl;
  let venue: Venue;
  let orders = 0;

  beforeAll(async () => {
    simulator = await ExchangeSimulator.open({ seed: 7, venues: [id], limits: 'off' });
    control = simulator.venue(id);
    control.setPrice(symbol, '50000');
    control.deposit('desk', base, '10');
    control.deposit('desk', quote, '1000000');
    venue = await openVenue();
  });

  afterEach(async () => {
    simulator.faults.replace([]);
    for (const { venueOrderId } of await venue.openOrders()) await venue.cancel({ venueOrderId, symbol });
  });

  afterAll(async () => {
    await venue.close();
    await simulator.close();
  });

  function venueAt(url: string, keys: { apiKey: string; secret: string }): Promise<Venue> {
    return openCcxtVenue({
      ...{ id, apiUrl: url, clock: systemClock, logger: pino({ level: 'silent' }), timeoutMs: TIMEOUT_MS },
      keys: { apiKey: new Secret(keys.apiKey), secret: new Secret(keys.secret) },
      // ccxt's own pace would take a second a request.
      limits: unlimited,
    });
  }

  function openVenue(rights: { mayWithdraw?: boolean } = {}): Promise<Venue> {
    return venueAt(simulator.url, control.openKey({ account: 'desk', name: JSON.stringify(rights), ...rights }));
  }

  function anOrder(kind: VenueOrderKind, fields: Partial<VenueOrderRequest> = {}): VenueOrderRequest {
    orders += 1;
    const clientOrderId = venueClientOrderId(id, `order ${String(orders)}`);
    return { clientOrderId, symbol, side: 'buy', qty: '0.01', kind, expiresAtMs: Date.now() + 5_000, ...fields };
  }

  const far = { type: 'limit', price: '40000', timeInForce: 'gtc', postOnly: true } as const;

  test.each<[VenueOrderKind, 'buy' | 'sell', string]>([
    [{ type: 'market' }, 'buy', 'filled'],
    [{ ...far, postOnly: false }, 'buy', 'new'],
    [far, 'buy', 'new'],
    [{ type: 'limit', price: '40000', timeInForce: 'ioc', postOnly: false }, 'buy', 'ended'],
    [{ type: 'stop_loss', stopPrice: '45000' }, 'sell', 'new'],
    [{ type: 'stop_limit', stopPrice: '45000', price: '44900' }, 'sell', 'new'],
    [{ type: 'take_profit', stopPrice: '60000' }, 'sell', 'new'],
    [{ type: 'trailing_stop', trailingRatio: '0.05' }, 'sell', 'new'],
  ])('takes %o', async (kind, side, status) => {
    const request = anOrder(kind, { side });
    const outcome = await venue.place(request);
    const there = control.ledger('desk').orders.filter(({ clientOrderId }) => clientOrderId === request.clientOrderId);
    expect(
      there.map((order) => (order.status === 'canceled' || order.status === 'expired' ? 'ended' : order.status)),
    ).toEqual([status]);
    expect(there[0]).toMatchObject({ symbol, side, type: kind.type, qty: '0.01' });
    expect(outcome).toMatchObject({ outcome: 'accepted', order: { venueOrderId: there[0]?.venueOrderId } });
    const found = await venue.find({ clientOrderId: request.clientOrderId, symbol });
    expect(found).toMatchObject({
      outcome: 'found',
      order: { venueOrderId: there[0]?.venueOrderId, side, qty: '0.01' },
    });
  });

  test('an OCO is one order, whose fills are its own, or is refused where there is none', async () => {
    const request = anOrder(
      { type: 'oco', price: '60000', stopPrice: '45000', stopLimitPrice: '44900' },
      { side: 'sell' },
    );
    const placed = await venue.place(request);
    if (id === 'kraken') {
      expect(placed).toMatchObject({ outcome: 'rejected', code: 'unsupported' });
      return;
    }
    const venueOrderId = placed.outcome === 'accepted' ? placed.order.venueOrderId : '';
    expect((await venue.openOrders()).map((order) => order.venueOrderId)).toEqual([venueOrderId]);
    const sinceMs = Date.now() - 1_000;
    control.setPrice(symbol, '60001');
    const found = await venue.find({ clientOrderId: request.clientOrderId, symbol });
    expect(found).toMatchObject({ outcome: 'found', order: { venueOrderId, state: 'filled', filledQty: '0.01' } });
    const fills = await venue.fillsSince({ symbol, sinceMs });
    expect(fills.at(-1)).toMatchObject({ venueOrderId, qty: '0.01', side: 'sell' });
    control.setPrice(symbol, '50000');
    const second = await venue.place(anOrder({ type: 'oco', price: '60000', stopPrice: '45000' }, { side: 'sell' }));
    const secondId = second.outcome === 'accepted' ? second.order.venueOrderId : '';
    expect(await venue.cancel({ venueOrderId: secondId, symbol })).toEqual({ outcome: 'canceled' });
    expect(await venue.openOrders(symbol)).toEqual([]);
  });

  test('tells the prices of several markets by one question', async () => {
    const other = 'ETH-USDT';
    control.setPrice(other, '2500');
    const told = await venue.tickers([symbol, other]);
    expect([...told].map(([name, { lastPrice }]) => [name, lastPrice])).toEqual([
      [symbol, '50000'],
      [other, '2500'],
    ]);
    expect(await venue.tickers([])).toEqual(new Map());
  });

  test('cancels, and says of what is not open that it is not', async () => {
    const placed = await venue.place(anOrder(far));
    const venueOrderId = placed.outcome === 'accepted' ? placed.order.venueOrderId : '';
    expect(await venue.cancel({ venueOrderId, symbol })).toEqual({ outcome: 'canceled' });
    expect(await venue.cancel({ venueOrderId, symbol })).toMatchObject({ outcome: 'not_open' });
  });

  test('changes an open order where the venue can', async () => {
    const placed = await venue.place(anOrder(far));
    const venueOrderId = placed.outcome === 'accepted' ? placed.order.venueOrderId : '';
    const changed = await venue.amend({ venueOrderId, symbol }, { qty: '0.02', price: '41000' });
    const expected = { outcome: 'accepted', order: { venueOrderId, qty: '0.02', state: 'open' } };
    expect(changed).toMatchObject(venue.features.amend ? expected : { outcome: 'rejected', code: 'unsupported' });
  });

  test('says why the venue refused', async () => {
    expect(await venue.place(anOrder(far, { qty: '1000000' }))).toMatchObject({ outcome: 'rejected' });
    expect(await venue.place(anOrder(far, { qty: '100' }))).toMatchObject({
      outcome: 'rejected',
      code: 'insufficient_funds',
    });
    expect(await venue.find({ clientOrderId: venueClientOrderId(id, 'never'), symbol })).toEqual({
      outcome: 'not_found',
    });
  });

  test('an order sent again under its id while it is open is not placed again', async () => {
    const request = anOrder(far);
    expect(await venue.place(request)).toMatchObject({ outcome: 'accepted' });
    expect(await venue.place(request)).toMatchObject({ outcome: 'unknown' });
    const there = control.ledger('desk').orders.filter(({ clientOrderId }) => clientOrderId === request.clientOrderId);
    expect(there).toHaveLength(1);
  });

  test.each<[FaultRule['fault'], Partial<FaultRule>, string, string]>([
    ['timeout_after_accept', {}, 'unknown', 'found'],
    ['error_after_accept', {}, 'unknown', 'found'],
    ['error_after_accept', { status: 502 }, 'unknown', 'found'],
    ['dropped_reply', {}, 'unknown', 'found'],
    ['cut_reply', {}, 'unknown', 'found'],
    ['slow_reply', { delayMs: 1_500 }, 'unknown', 'found'],
    ['lost_request', {}, 'unknown', 'not_found'],
    ['reset_before_accept', {}, 'unknown', 'not_found'],
    ['refused_before_accept', { status: 503 }, 'unknown', 'not_found'],
    ['rate_limited', {}, 'not_done', 'not_found'],
  ])('%s %o: the order is %s, and then %s', async (...row) => {
    const [fault, more, outcome, found] = row;
    simulator.faults.replace([{ fault, endpoint: 'place', times: 1, ...more }]);
    const request = anOrder(far);
    expect(await venue.place(request)).toMatchObject({ outcome });
    expect(await venue.find({ clientOrderId: request.clientOrderId, symbol })).toMatchObject({ outcome: found });
  });

  test('a question that meets a fault is not answered, and never with "not there"', async () => {
    const request = anOrder(far);
    await venue.place(request);
    for (const fault of [
      'lost_request',
      'reset_before_accept',
      'rate_limited',
      'dropped_reply',
      'cut_reply',
    ] as const) {
      simulator.faults.replace([{ fault }]);
      expect(await venue.find({ clientOrderId: request.clientOrderId, symbol })).toMatchObject({ outcome: 'unknown' });
      await expect(venue.openOrders(symbol)).rejects.toMatchObject({ code: 'venue_unreachable' });
    }
  });

  test('fills come over the socket and by asking, and are the same', async () => {
    const stop = new AbortController();
    const heard = new Heard();
    const watching = venue.watch(heard.listener, stop.signal);
    await heard.until(() => heard.gaps > 0);
    const sinceMs = Date.now() - 1;
    const request = anOrder({ type: 'market' });
    await venue.place(request);
    const ofOrder = () => heard.fills.filter(({ clientOrderId }) => clientOrderId === request.clientOrderId);
    await heard.until(() => ofOrder().length > 0);
    const [fill] = ofOrder();
    const [truth] = control.ledger('desk').fills.slice(-1);
    expect(fill).toEqual({
      ...{ tradeId: truth?.venueTradeId, venueOrderId: truth?.venueOrderId, clientOrderId: request.clientOrderId },
      ...{ symbol, side: 'buy', qty: truth?.qty, price: truth?.price, maker: false, atMs: truth?.atMs },
      fee: { amount: truth?.fee, currency: truth?.feeAsset },
    });
    const asked = await venue.fillsSince({ symbol, sinceMs });
    const { clientOrderId: _, ...rest } = fill ?? { clientOrderId: '' };
    expect(asked.find(({ tradeId }) => tradeId === fill?.tradeId)).toMatchObject(rest);
    stop.abort();
    await watching;
  }, 20_000);

  test('a socket that is closed is a gap, and tells again afterwards; one that cannot be opened is a gap each time', async () => {
    const stop = new AbortController();
    const heard = new Heard();
    const watching = venue.watch(heard.listener, stop.signal);
    await heard.until(() => heard.gaps > 0);
    control.closeSockets();
    await heard.until(() => heard.gaps >= 3);
    await venue.place(anOrder({ type: 'market' }));
    await heard.until(() => heard.fills.length > 0);
    const gaps = heard.gaps;
    control.setMaintenance(60_000);
    await heard.until(() => heard.gaps >= gaps + 2);
    control.setMaintenance(0);
    stop.abort();
    await watching;
  }, 20_000);

  test('a venue that is away for good is a gap each time, and ends nothing else', async () => {
    const other = await ExchangeSimulator.open({ venues: [id] });
    const away = await venueAt(other.url, other.venue(id).openKey({ account: 'desk' }));
    await away.markets();
    await other.close();
    const stop = new AbortController();
    const heard = new Heard();
    const watching = away.watch(heard.listener, stop.signal);
    await heard.until(() => heard.gaps >= 2);
    stop.abort();
    await watching;
  }, 20_000);

  test('all pages of fills and orders are read', async () => {
    const sinceMs = Date.now();
    for (let count = 0; count < 60; count++) {
      expect(await venue.place(anOrder({ type: 'market' }, { qty: '0.001' }))).toMatchObject({ outcome: 'accepted' });
    }
    const fills = await venue.fillsSince({ symbol, sinceMs });
    const truth = control.ledger('desk').fills.filter(({ atMs }) => atMs >= sinceMs);
    expect(fills.map(({ tradeId }) => tradeId).sort()).toEqual(truth.map(({ venueTradeId }) => venueTradeId).sort());
    const found = await venue.ordersSince({ symbol, sinceMs });
    expect(found.filter(({ state }) => state === 'filled')).toHaveLength(60);
  });

  test('balances are those of the venue, to the last digit', async () => {
    await venue.place(anOrder(far));
    const balances = await venue.balances();
    const truth = control.ledger('desk').balances;
    for (const currency of [base, quote]) {
      expect(balances.get(currency)).toEqual({ free: truth[currency]?.free, used: truth[currency]?.locked });
    }
  });

  test('the check of a venue says what it showed, and what stands in the way', async () => {
    const options = { now: () => Date.now(), say: () => undefined };
    const order = { symbol, price: '25000.05', orderId: 'check' };
    const report = await checkVenue(venue, { ...options, order });
    expect(report).toMatchObject({
      ...{ exchange: id, openOrders: 0, feed: true, deadMan: id === 'kraken', problems: [] },
      ...{ keyRights: { mayTrade: true, mayWithdraw: false }, currencies: [base, quote].sort() },
      order: { placed: 'accepted', found: 'found', canceled: 'canceled' },
    });
    expect(control.ledger('desk').orders.at(-1)).toMatchObject({
      status: 'canceled',
      filledQty: '0',
      price: id === 'kraken' ? '25000' : '25000.05',
    });
    const rich = await openVenue({ mayWithdraw: true });
    expect((await checkVenue(rich, options)).problems).toEqual([
      'key: expected one that may not withdraw, was one that may',
    ]);
    await rich.close();
  }, 20_000);

  test('measures the clock, tells what the key may do, and ends orders when it is not asked again', async () => {
    control.setClockSkew(2_345);
    expect(Math.abs((await venue.clockOffsetMs()) - 2_345)).toBeLessThan(150);
    control.setClockSkew(0);
    expect(await venue.keyRights()).toEqual({ mayTrade: true, mayWithdraw: false });
    const rich = await openVenue({ mayWithdraw: true });
    expect(await rich.keyRights()).toEqual({ mayTrade: true, mayWithdraw: true });
    await rich.close();
    if (!venue.features.deadMan) {
      await expect(venue.cancelAllAfter(1_000)).rejects.toMatchObject({ code: 'venue_refused' });
      return;
    }
    await venue.place(anOrder(far));
    await venue.cancelAllAfter(5_000);
    simulator.advance(6_000);
    expect(await venue.openOrders(symbol)).toEqual([]);
  }, 20_000);
});

/** What a watch told, and a way to wait for more of it. */
class Heard {
  readonly events: VenueEvent[] = [];
  readonly #waiting = new Set<() => void>();

  readonly listener = (event: VenueEvent): void => {
    this.events.push(event);
    for (const look of this.#waiting) look();
  };

  get gaps(): number {
    return this.events.filter(({ type }) => type === 'gap').length;
  }

  get fills(): VenueFill[] {
    return this.events.flatMap((event) => (event.type === 'fill' ? [event.fill] : []));
  }

  until(isThere: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isThere()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}
