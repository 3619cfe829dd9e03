import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeskConfig } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { ReplayProgress } from './progress.js';
import { readSeries } from './read-series.js';
import { newReplayId, replayDesk } from './replay-id.js';

const HOUR = 3_600_000;
const START = Date.parse('2021-01-01T00:00:00Z');
const CONFIG = { markets: ['BTC-USDT', 'ETH-USDT'] } as unknown as DeskConfig;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-replay-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function csv(candles: number): string {
  const rows = Array.from({ length: candles }, (_, index) => `${START + index * HOUR},10,12,9,11,1.5`);
  return ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n');
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('the candle files of a replay', () => {
  it('are read plain or gzipped, each with its symbol by flag or by name, in the range', () => {
    const files = [file('first.csv', csv(4)), file('ETHUSDT-1h.csv.gz', gzipSync(csv(5)))];
    const series = readSeries(
      { files, symbols: ['btcusdt'], timeframe: '1h', fromMs: START + HOUR, toMs: START + 3 * HOUR },
      CONFIG,
    );
    expect(series.map(({ symbol, candles }) => [symbol, candles.map(({ openTimeMs }) => openTimeMs)])).toEqual([
      ['BTC-USDT', [START + HOUR, START + 2 * HOUR]],
      ['ETH-USDT', [START + HOUR, START + 2 * HOUR]],
    ]);
  });

  it('are refused by file, line and reason', () => {
    const broken = file('BTC-USDT.csv', `${csv(1)}${START + HOUR},10,8,9,11,1\n`);
    const read = (files: string[], symbols: string[] = [], fromMs?: number) =>
      readSeries({ files, symbols, timeframe: '1h', fromMs }, CONFIG);
    expect(() => read([broken])).toThrow(InputError);
    expect(() => read([broken])).toThrow(/BTC-USDT\.csv:3: high/);
    expect(() => read([join(folder, 'none.csv')])).toThrow(/none\.csv: expected a CSV or CSV\.gz file, was nothing/);
    expect(() => read([file('cut.csv.gz', gzipSync(csv(50)).subarray(0, 60))], ['BTC-USDT'])).toThrow(
      /cut\.csv\.gz: expected a readable/,
    );
    const good = file('good.csv', csv(2));
    expect(() => read([good])).toThrow(/good\.csv: expected --symbol/);
    expect(() => read([good], ['BTC-USDT', 'ETH-USDT'])).toThrow(/expected at most one a file \(1\), was 2/);
    expect(() => read([good, good], ['BTC-USDT', 'BTC-USDT'])).toThrow(/expected a symbol of its own/);
    expect(() => read([good], ['BTC-USDT'], START + 9 * HOUR)).toThrow(/expected candles between --from and --to/);
  });
});

describe('the progress of a replay', () => {
  it('counts the candles of all symbols that have closed', () => {
    const candles = (hours: number[]) =>
      hours.map((hour) => ({
        openTimeMs: START + hour * HOUR,
        open: '1',
        high: '1',
        low: '1',
        close: '1',
        volume: '1',
      }));
    const progress = new ReplayProgress(
      [
        { symbol: 'BTC-USDT', candles: candles([0, 1, 2, 3]) },
        { symbol: 'ETH-USDT', candles: candles([0, 2, 3]) },
      ],
      HOUR,
    );
    expect(progress.total).toBe(7);
    expect([null, START, START + HOUR, START + 3 * HOUR, START + 9 * HOUR].map((at) => progress.done(at))).toEqual([
      0, 0, 2, 5, 7,
    ]);
  });
});

describe('a replay', () => {
  it('has names of its own that fit Redis and PostgreSQL', () => {
    const [one, two] = [newReplayId(START), newReplayId(START)];
    expect(one).toMatch(/^20210101000000_[0-9a-f]{4}$/);
    expect(replayDesk(one)).toEqual({ prefix: `octant:replay-${one}:`, schema: `octant_replay_${one}` });
    expect(two).toHaveLength(one.length);
  });
});
