import { describe, expect, it } from 'vitest';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { decimalColumnsOf } from '@octant/trading/market/candle-columns';
import { simulatedCandles } from '@octant/trading/testing/a-backtest';
import { packCandles } from './pack-candles.js';

const HOUR_MS = 3_600_000;

interface Unpacked {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** What the page itself unpacks. */
async function unpack(candles: readonly DecimalCandle[]): Promise<Unpacked> {
  const page = new URL('../../../assets/backtest/candle-data.js', import.meta.url).href;
  const { unpackCandles } = (await import(page)) as { unpackCandles: (packed: unknown) => Promise<Unpacked> };
  return unpackCandles(packCandles('BTC-USDT', decimalColumnsOf(candles), HOUR_MS));
}

describe('packed candles', () => {
  it('come out of the page as they went in, gaps and all', async () => {
    const candles = simulatedCandles('BTC-USDT', 3000).filter((_, index) => index % 17 !== 3);
    const columns = await unpack(candles);
    expect([...columns.time]).toEqual(candles.map(({ openTimeMs }) => openTimeMs));
    for (const name of ['open', 'high', 'low', 'close'] as const) {
      expect([...columns[name]]).toEqual(candles.map((candle) => Number(candle[name])));
    }
  });

  it('take prices of eight places and prices beyond 32 bits', async () => {
    const candle = {
      openTimeMs: HOUR_MS,
      open: '0.00001234',
      high: '98765.4321',
      low: '0.00001',
      close: '2',
      volume: '0',
    };
    const { open, high, low, close } = await unpack([candle]);
    expect([open[0], high[0], low[0], close[0]]).toEqual([0.00001234, 98765.4321, 0.00001, 2]);
  });

  it('need less than twelve bytes of base64 a candle', () => {
    const candles = simulatedCandles('BTC-USDT', 20_000);
    expect(packCandles('BTC-USDT', decimalColumnsOf(candles), HOUR_MS).data.length / candles.length).toBeLessThan(12);
  });
});
