import type { MarketCandles } from '@octant/trading/messages/market-candles';
import { describe, expect, test } from 'vitest';
import { MARKS_KEY } from '../book/marks.js';
import { aDesk, HOUR_MS, incoming, START_MS } from '../testing/a-desk.js';
import { onMarketCandles } from './on-market-candles.js';

function aStep(hour: number, closes: Readonly<Record<string, string>>): MarketCandles {
  const candles = Object.entries(closes).map(([symbol, close]) => ({
    symbol,
    open: close,
    high: close,
    low: close,
    close,
    volume: '1',
  }));
  return {
    type: 'candles',
    source: 'replay',
    timeframe: '1h',
    closed: true,
    openTimeMs: START_MS + hour * HOUR_MS,
    closeTimeMs: START_MS + (hour + 1) * HOUR_MS,
    candles,
    simulated: false,
    traceId: 't',
    ts: '2024-01-01T00:00:00Z',
  };
}

describe('market.candles', () => {
  test('closes become marks in the state store, without Postgres', async () => {
    const desk = await aDesk();
    const result = await onMarketCandles(desk)(incoming(aStep(0, { 'BTC-USDT': '100' })));
    expect(result.transaction).toBeUndefined();
    const marks = { 'BTC-USDT': { price: '100', closeTimeMs: START_MS + HOUR_MS } };
    expect(result.state).toEqual([{ key: MARKS_KEY, expectedVersion: 0, value: marks }]);
    await desk.commit(result);
    expect(desk.marks.peek()).toEqual(marks);
  });

  test('a symbol that is missing in a step keeps its mark', async () => {
    const desk = await aDesk();
    await desk.commit(await onMarketCandles(desk)(incoming(aStep(0, { 'BTC-USDT': '100', 'ETH-USDT': '10' }))));
    await desk.commit(await onMarketCandles(desk)(incoming(aStep(1, { 'BTC-USDT': '101' }))));
    expect(desk.marks.peek()).toMatchObject({ 'BTC-USDT': { price: '101' }, 'ETH-USDT': { price: '10' } });
  });

  test('a write on an old version is tried again on the present one', async () => {
    const desk = await aDesk();
    await onMarketCandles(desk)(incoming(aStep(0, { 'BTC-USDT': '1' })));
    desk.state.write([{ key: MARKS_KEY, expectedVersion: 0, value: {} }]);
    const again = await onMarketCandles(desk)(incoming(aStep(0, { 'BTC-USDT': '100' })));
    expect(await desk.commit(again)).toBe(true);
    expect(desk.marks.peek()).toMatchObject({ 'BTC-USDT': { price: '100' } });
  });

  test('the step that closes at 00:00 UTC leaves a point of the equity curve', async () => {
    const desk = await aDesk();
    await desk.commit(await onMarketCandles(desk)(incoming(aStep(22, { 'BTC-USDT': '100' }))));
    await desk.commit(await onMarketCandles(desk)(incoming(aStep(23, { 'BTC-USDT': '100' }))));
    const points = await desk.store.equity({ fromMs: undefined, toMs: undefined, limit: 10 });
    expect(points).toEqual([{ atMs: START_MS + 24 * HOUR_MS, equityQuote: '1000' }]);
  });
});
