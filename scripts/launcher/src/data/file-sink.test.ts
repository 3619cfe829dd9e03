import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../interruption.js';
import { FileSink } from './file-sink.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const START = Date.parse('2024-03-01T00:00:00Z');
const at = (minute: number) => START + minute * 60_000;
const candle = (minute: number) => ({
  openTimeMs: at(minute),
  open: '1',
  high: '1',
  low: '1',
  close: '1',
  volume: '1',
});
const row = (minute: number) => `${at(minute)},1,1,1,1,1`;
const csv = (...minutes: number[]) => [HEADER, ...minutes.map(row), ''].join('\n');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-sink-'));
  file = join(folder, 'a.csv');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a candle file that is being fetched', () => {
  it('is written whole at the end, sorted, and knows what it has', async () => {
    const sink = await FileSink.open(file, '1m');
    await sink.keep([candle(5), candle(6)]);
    expect([existsSync(file), readFileSync(`${file}.part`, 'utf8')]).toEqual([false, csv(5, 6)]);
    await sink.keep([candle(1)]);
    await sink.close();
    expect([existsSync(`${file}.part`), readFileSync(file, 'utf8')]).toEqual([false, csv(1, 5, 6)]);
    const again = await FileSink.open(file, '1m');
    expect(await again.knownTimes(at(1), at(6))).toEqual(Float64Array.from([at(1), at(5)]));
  });

  it('takes up what a killed run left, but for a last line that is cut short', async () => {
    writeFileSync(file, csv(0, 1));
    writeFileSync(`${file}.part`, csv(2, 3));
    appendFileSync(`${file}.part`, row(4).slice(0, 9));
    const sink = await FileSink.open(file, '1m');
    expect([sink.size, readFileSync(file, 'utf8')]).toEqual([4, csv(0, 1, 2, 3)]);
  });

  it('counts what a crash left before the first spoilt line', async () => {
    writeFileSync(`${file}.part`, `${csv(2, 3)}\0\0\0\n${row(4)}\n`);
    await FileSink.open(file, '1m');
    expect(readFileSync(file, 'utf8')).toBe(csv(2, 3));
    writeFileSync(`${file}.part`, `${HEADER}\n\0\0`);
    await FileSink.open(file, '1m');
    expect([readFileSync(file, 'utf8'), existsSync(`${file}.part`)]).toEqual([csv(2, 3), false]);
  });

  it('is gzip where its name says so', async () => {
    const sink = await FileSink.open(`${file}.gz`, '1m');
    await sink.keep([candle(1)]);
    await sink.close();
    expect(gunzipSync(readFileSync(`${file}.gz`)).toString()).toBe(csv(1));
  });

  it('is not touched when it is unsound', async () => {
    const text = `${csv(0)}rubbish\n`;
    writeFileSync(file, text);
    await expect(FileSink.open(file, '1m')).rejects.toThrow(InputError);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('is not made when nothing came', async () => {
    const sink = await FileSink.open(file, '1m');
    await sink.close();
    expect(existsSync(file)).toBe(false);
  });
});
