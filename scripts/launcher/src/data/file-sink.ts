import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { CandleCsvError, parseCandleCsv } from '@octant/trading/market/candle-csv';
import { CANDLE_CSV_HEADER, formatCandleRows } from '@octant/trading/market/format-candle-csv';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { CandleFileWriter } from './candle-file-writer.js';
import type { CandleSink } from './fetch-range.js';
import { readCandleFile } from './read-candle-file.js';

const ROWS_AT_ONCE = 10_000;

/**
 * Fetched candles in a candle file. While the run is on, every page is appended to `<file>.part`; at its end, or at the
 * beginning of the next run where it was killed, both become the new file in one move. So the file is whole at all times.
 */
export class FileSink implements CandleSink {
  readonly #file: string;
  readonly #part: string;
  readonly #candles: Map<number, DecimalCandle>;
  #isChanged: boolean;

  private constructor(file: string, candles: Map<number, DecimalCandle>, isChanged: boolean) {
    this.#file = file;
    this.#part = `${file}.part`;
    this.#candles = candles;
    this.#isChanged = isChanged;
  }

  /** Takes up what the file has, and what a killed run left beside it. @throws InputError when the file is unsound. */
  static async open(file: string, timeframe: TimeframeName): Promise<FileSink> {
    const there = existsSync(file) ? readCandleFile(file, timeframe).candles : [];
    const candles = new Map(there.map((candle) => [candle.openTimeMs, candle]));
    const left = readPart(`${file}.part`, timeframe);
    for (const candle of left) candles.set(candle.openTimeMs, candle);
    const sink = new FileSink(file, candles, left.length > 0);
    await sink.close();
    return sink;
  }

  /** Candles that the file has. */
  get size(): number {
    return this.#candles.size;
  }

  knownTimes(fromMs: number, toMs: number): Promise<Float64Array> {
    const times = [...this.#candles.keys()].filter((time) => time >= fromMs && time < toMs);
    return Promise.resolve(Float64Array.from(times).sort());
  }

  keep(candles: readonly DecimalCandle[]): Promise<void> {
    if (!existsSync(this.#part)) writeFileSync(this.#part, `${CANDLE_CSV_HEADER}\n`);
    appendFileSync(this.#part, formatCandleRows(candles));
    for (const candle of candles) this.#candles.set(candle.openTimeMs, candle);
    this.#isChanged ||= candles.length > 0;
    return Promise.resolve();
  }

  /** Puts the new file in the old one's place. */
  async close(): Promise<void> {
    if (this.#isChanged) {
      const sorted = [...this.#candles.values()].sort((a, b) => a.openTimeMs - b.openTimeMs);
      const writer = new CandleFileWriter(this.#file);
      try {
        for (let from = 0; from < sorted.length; from += ROWS_AT_ONCE) {
          await writer.append(sorted.slice(from, from + ROWS_AT_ONCE));
        }
        await writer.finish();
      } catch (error) {
        await writer.discard();
        throw error;
      }
      this.#isChanged = false;
    }
    rmSync(this.#part, { force: true });
  }
}

/** The sound rows of a file that was being appended to when its writer was killed: the last line may be cut short. */
function readPart(part: string, timeframe: TimeframeName): readonly DecimalCandle[] {
  if (!existsSync(part)) return [];
  let text = readFileSync(part, 'utf8');
  text = text.slice(0, text.lastIndexOf('\n') + 1);
  while (text.length > CANDLE_CSV_HEADER.length + 1) {
    try {
      return parseCandleCsv(text, { file: part, timeframe });
    } catch (error) {
      if (!(error instanceof CandleCsvError)) throw error;
      // A crash of the machine may have spoiled the end: what comes before the first unsound line counts.
      text = text.split('\n', error.line - 1).join('\n');
      if (error.line <= 2) return [];
    }
  }
  return [];
}
