import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../interruption.js';
import { findConflict } from './compare-candles.js';
import { timeframeOfFile } from './file-timeframe.js';
import { readCandleText } from './read-candle-text.js';
import { matchSeries, selectSeries } from './select-series.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-text-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the text of a candle file', () => {
  const read = (content: string | Buffer, most?: number) => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, content);
    return readCandleText(file, most);
  };

  it('is read plain, with gzip, and with several gzip files in one', () => {
    expect(read('a,b\n')).toBe('a,b\n');
    expect(read(Buffer.concat([gzipSync('a,'), gzipSync('b\n')]))).toBe('a,b\n');
  });

  it('is bounded, packed or not', () => {
    const megabyte = 1024 * 1024;
    expect(read('x'.repeat(megabyte), megabyte)).toHaveLength(megabyte);
    const message = /a\.csv: expected a readable CSV or CSV\.gz file, was: more than 1 MiB of text/;
    expect(() => read('x'.repeat(megabyte + 1), megabyte)).toThrow(message);
    expect(() => read(gzipSync('x'.repeat(megabyte + 1)), megabyte)).toThrow(message);
  });

  it.each([
    [Buffer.from([0x50, 0x41, 0x52, 0x31, 1]), /was a Parquet file: convert it to CSV first/],
    [gzipSync(gzipSync('a')), /was a gzip file in a gzip file/],
    [Buffer.from('ab\0c'), /was binary \(a zero byte at 2\)/],
    [gzipSync('abc').subarray(0, 12), /was: a gzip file that is cut short/],
  ])('is none, and which kind of none: %#', (content, message) => {
    expect(() => read(content)).toThrow(InputError);
    expect(() => read(content)).toThrow(message);
  });

  it('is not that of a folder', () => {
    expect(() => readCandleText(folder)).toThrow(/expected a readable CSV or CSV\.gz file, was: a folder/);
  });
});

describe('the timeframe of a candle file', () => {
  const rows = (stepMinutes: number, count = 12) =>
    ['h', ...Array.from({ length: count }, (_, index) => `${1_709_251_200_000 + index * stepMinutes * 60_000},1`)].join(
      '\n',
    );

  it('is the one of its name, else the distance of its candles', () => {
    expect(timeframeOfFile('data/BTC-USDT.binance.4h.csv.gz', '')).toBe('4h');
    expect(timeframeOfFile('BTC_1m_2022.csv', rows(60))).toBe('1m');
    expect(timeframeOfFile('1min/btc.csv', rows(15))).toBe('15m');
  });

  it('has to be given where neither tells it', () => {
    expect(() => timeframeOfFile('btc.csv', rows(60, 3))).toThrow(
      "btc.csv: expected --timeframe, for the file's name has none and its candles are too few to tell",
    );
    expect(() => timeframeOfFile('btc.csv', rows(3))).toThrow('its candles are 180000 ms apart');
  });
});

describe('a series of the store', () => {
  const series = (source: string, timeframe: '1m' | '1h') => ({
    ...{
      source,
      symbol: 'BTC-USDT',
      timeframe,
      candles: 1,
      firstOpenTimeMs: 0,
      lastOpenTimeMs: 0,
      gaps: 0,
      missing: 0,
    },
  });
  const stored = [series('replay', '1m'), series('kraken', '1m'), series('replay', '1h')];

  it('is the only one that fits, and what leaves several open is refused with their names', () => {
    expect(selectSeries(stored, { symbol: 'BTC-USDT', timeframe: '1h' })).toBe(stored[2]);
    expect(matchSeries(stored, { source: 'replay' })).toEqual([stored[0], stored[2]]);
    expect(() => selectSeries(stored, { timeframe: '1m' })).toThrow(
      'were left open: replay BTC-USDT 1m, kraken BTC-USDT 1m',
    );
    expect(() => selectSeries(stored, { symbol: 'ETH-USDT' })).toThrow(
      'expected stored candles of ETH-USDT, was nothing; stored: replay BTC-USDT 1m, kraken BTC-USDT 1m, replay BTC-USDT 1h',
    );
    expect(() => selectSeries([], { symbol: 'ETH-USDT' })).toThrow('the store is empty');
  });
});

describe('two candles of one time', () => {
  const candle = (close: string) => ({ openTimeMs: 0, open: '1', high: '2', low: '1', close, volume: '1' });

  it('differ as numbers, not as texts, down to the last digit', () => {
    expect(findConflict(candle('1.5'), candle('1.500'))).toBeUndefined();
    expect(findConflict(candle('1.00000000000000000001'), candle('1.00000000000000000002'))).toEqual({
      openTimeMs: 0,
      field: 'close',
      stored: '1.00000000000000000001',
      given: '1.00000000000000000002',
    });
  });
});
