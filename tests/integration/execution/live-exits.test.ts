import { afterEach, describe, expect, test } from 'vitest';
import { tradeExecutorAt } from '../../../agents/trade-executor/src/agent.js';
import { openConfiguredVenue } from '../../../agents/trade-executor/src/adapters/open-configured-venue.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';
import type { VenueControl } from '../../support/exchange/server/venue-control.js';
import { AgentDesk, asAdmin, part, repositoryConfig, type AgentUnderTest } from '../../support/agent-desk.js';
import { eventually } from './execution-desk.js';
import { setupAt, VENUES } from './simulated-venues.js';

let simulator: ExchangeSimulator;
let venue: VenueControl;
let desk: AgentDesk;
let executor: AgentUnderTest;

afterEach(async () => {
  await desk.close();
  await simulator.close();
});

/** Executors over ccxt's unmodified classes, and both simulated exchanges. */
describe.each(VENUES)('exits at $exchange', ({ exchange, source, keys, symbol, quote }) => {
  const isBinance = exchange === 'binance';

  async function start(): Promise<void> {
    const live =
      'fills_poll_ms: 500, orders_poll_ms: 1000, exits: { price_poll_ms: 200 }, first_days: { max_order_quote: "2000" }';
    // A test asks more often than the venue would bear.
    const datasource = repositoryConfig(`datasources/${source}.yaml`).replaceAll(
      /per_minute: \d+/g,
      'per_minute: 100000',
    );
    const setup = setupAt({ exchange, source, keys, quote }, simulator, { live, datasource });
    executor = await desk.start(tradeExecutorAt(openConfiguredVenue), setup);
  }

  /** Nothing that it knew is left but what is in Postgres, and at the exchange. */
  async function restart(meanwhile: () => void = () => undefined): Promise<void> {
    await executor.handle.stop();
    meanwhile();
    await start();
  }

  /** A desk that has bought 0.02 at 50000 with these exits. */
  async function entered(exits: Record<string, unknown>): Promise<string> {
    simulator = await ExchangeSimulator.open({ seed: 7, limits: 'off' });
    venue = simulator.venue(exchange);
    venue.deposit('desk', quote, '30000');
    venue.setPrice(symbol, '50000');
    desk = await AgentDesk.open(`exits_${exchange}`);
    await start();
    await executor.post('/admin/trade/live/confirm', { exchange }, asAdmin);
    await eventually(async () => (await executor.get('/trade/reconciliation')).body).toMatchObject({
      symbols: expect.arrayContaining([expect.objectContaining({ symbol, onlyReducing: null })]),
    });
    const orderId = await order({ side: 'buy', qty: '0.02', number: 1, exits });
    await eventually(async () => (await statusesOf(orderId)).at(-1)?.['state']).toBe('filled');
    return orderId;
  }

  async function order({ number, ...fields }: Record<string, unknown> & { number: number }): Promise<string> {
    const orderId = `s1.${symbol}.${String(number)}.0`;
    const payload = {
      ...{ orderId, symbol, type: 'market', requestId: orderId, sessionId: 's1', timeframe: '1h' },
      ...{ referencePrice: '50000', notBeforeMs: Date.now(), haltVersion: 0 },
      approval: { requestId: orderId, riskScore: 0.1 },
      traceId: '0af7651916cd43dd8448eb211c80319c',
      ts: new Date().toISOString(),
      ...fields,
    };
    await desk.bus.publish({ stream: 'exec.orders', type: 'order', id: `order:${orderId}`, payload });
    return orderId;
  }

  const statusesOf = async (orderId: string) =>
    (await desk.entries('exec.status')).map(({ payload }) => payload).filter((status) => status['orderId'] === orderId);

  const positions = async () => part((await executor.get('/trade/account')).body, 'positions');

  const fillNotices = async () =>
    (await desk.entries('notify.events'))
      .filter(({ type }) => type === 'fill')
      .map(({ payload }) => String(payload['message']));

  /** Levels and quantities of what rests to be sold. */
  const resting = () =>
    Promise.resolve(
      venue.engine.records
        .ordersOf('desk')
        .filter(({ spec, status }) => spec.side === 'sell' && (status === 'new' || status === 'partially_filled'))
        .map(({ spec, qty }) => [spec.type, (spec.stopPrice ?? spec.price)?.toFixed(), qty.toFixed()]),
    );

  /** Binance takes the fee of a buy from what was bought; a lot is 0.00001. */
  const bought = isBinance ? '0.01998' : '0.02';

  const sales = () => venue.ledger('desk').fills.filter(({ side }) => side === 'sell');

  test('a stop sells while the executor is down, and the next one books it', async () => {
    const entry = await entered({ stopPrice: '47500' });
    await eventually(resting).toEqual([['stop_loss', '47500', bought]]);
    await restart(() => {
      venue.setPrice(symbol, '47000');
    });
    await eventually(async () => (await statusesOf(`${entry}.stop`)).at(-1)).toMatchObject({
      ...{ state: 'filled', side: 'sell', symbol, sessionId: 's1', requestId: entry, qty: bought },
      ...{ fillSeq: 2, profit: expect.stringMatching(/^-/) },
    });
    expect(await positions()).toEqual([]);
    expect(sales()).toHaveLength(1);
    expect((await fillNotices()).at(-1)).toMatch(/\(stop\)/);
  });

  test('a target sells, beside the stop or in its place, and nothing is sold twice', async () => {
    const entry = await entered({ stopPrice: '47500', takeProfitPrice: '55000' });
    const stop = ['stop_loss', '47500', bought];
    await eventually(resting).toEqual(isBinance ? [['limit', '55000', bought], stop] : [stop]);
    venue.setPrice(symbol, '55000');
    await eventually(positions).toEqual([]);
    expect((await fillNotices()).at(-1)).toMatch(/\(target\)/);
    const [sale] = sales();
    expect([sales().length, sale?.qty, sale?.maker]).toEqual([1, bought, isBinance]);
    const sold = isBinance ? `${entry}.stop` : `${entry}.2.target`;
    expect((await statusesOf(sold)).at(-1)).toMatchObject({ state: 'filled', qty: bought });
    venue.setPrice(symbol, '40000');
    expect(await resting()).toEqual([]);
  });

  test('a trailing stop is put higher, goes on after a restart, and sells', async () => {
    await entered({ trailingDistance: '1000' });
    await eventually(resting).toEqual([['stop_loss', '49000', bought]]);
    venue.setPrice(symbol, '52000');
    await eventually(resting).toEqual([['stop_loss', '51000', bought]]);
    await restart();
    venue.setPrice(symbol, '53000');
    await eventually(resting).toEqual([['stop_loss', '52000', bought]]);
    venue.setPrice(symbol, '51990');
    await eventually(positions).toEqual([]);
    expect(sales().map(({ qty }) => qty)).toEqual([bought]);
  });

  test('a time stop that came due while the executor was down takes the stop away, and sells', async () => {
    const entry = await entered({ stopPrice: '47500', maxCandles: 3 });
    await eventually(resting).toEqual([['stop_loss', '47500', bought]]);
    await executor.handle.stop();
    await desk.servers.sql.query('UPDATE live_exits SET time_stop_ms = $1', [Date.now()]);
    await start();
    await eventually(positions).toEqual([]);
    expect((await statusesOf(`${entry}.2.time`)).at(-1)).toMatchObject({ state: 'filled', qty: bought });
    expect(await resting()).toEqual([]);
    expect(sales()).toHaveLength(1);
  });

  test('a sell of the desk takes what the stop holds back, and the rest is protected again', async () => {
    await entered({ stopPrice: '47500' });
    await eventually(resting).toEqual([['stop_loss', '47500', bought]]);
    const sell = await order({ side: 'sell', qty: '0.015', number: 2 });
    await eventually(async () => (await statusesOf(sell)).at(-1)?.['state']).toBe('filled');
    await eventually(resting).toEqual([['stop_loss', '47500', isBinance ? '0.00498' : '0.005']]);
    expect((await executor.get('/trade/fills')).body).toMatchObject({ duplicates: 0 });
  });
});
