import type { MarketCandles } from '@octant/trading/messages/market-candles';
import { expect, it } from 'vitest';
import { LastPrices } from '../account/last-prices.js';
import { LiveWorld } from '../testing/a-live-desk.js';
import { onLiveCandles } from './on-live-candles.js';

const MINUTE_MS = 60_000;

function aStep(openTimeMs: number, fields: Partial<MarketCandles> = {}): MarketCandles {
  return {
    ...{ type: 'candles', source: 'binance_spot', timeframe: '1m', closed: true, simulated: false },
    ...{ openTimeMs, closeTimeMs: openTimeMs + MINUTE_MS, traceId: 't', ts: '2024-01-01T00:00:00Z' },
    candles: [{ symbol: 'BTC-USDT', open: '100', high: '120.5', low: '99', close: '101', volume: '1' }],
    ...fields,
  };
}

it('highs of closed candles since the entry raise a trailing stop, those of a paced or simulated feed do not', async () => {
  const world = new LiveWorld({ seed: 1, venue: { features: { orderTypes: new Set(['market', 'stop_loss']) } } });
  await world.start();
  await world.submit({ orderId: 'o1', qty: '1', exits: { trailingDistance: '5' } });
  await world.advance(10_000);
  const [exits] = await world.store.exits();
  const sinceMs = exits?.sinceMs ?? 0;
  const handle = onLiveCandles(world.machine.desk, new LastPrices());
  const seen: unknown[] = [];
  for (const step of [
    aStep(sinceMs - 1),
    aStep(sinceMs, { closed: false }),
    aStep(sinceMs, { sessionId: 's1' }),
    aStep(sinceMs, { simulated: true }),
    aStep(sinceMs),
  ]) {
    await handle({ payload: step, id: 'm', stream: 'market.candles', entryId: '1-0', deliveries: 1, traceId: 't' });
    seen.push((await world.store.exits())[0]?.highPrice);
  }
  expect(seen).toEqual(['100', '100', '100', '100', '120.5']);
});
