import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { CANDLE_CSV_HEADER, formatCandleRows } from '@octant/trading/market/format-candle-csv';

/** Writes a candle file beside its place and moves it there when it is whole: nobody sees half a file. */
export class CandleFileWriter {
  readonly #file: string;
  readonly #temporary: string;
  readonly #head: NodeJS.WritableStream;
  readonly #done: Promise<void>;

  /** A name that ends in `.gz` is written with gzip. */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#file = file;
    this.#temporary = `${file}.${process.pid}.tmp`;
    const disk = createWriteStream(this.#temporary, { flush: true });
    if (file.endsWith('.gz')) {
      const gzip = createGzip();
      gzip.pipe(disk);
      this.#head = gzip;
    } else {
      this.#head = disk;
    }
    this.#done = finished(disk);
    // Whoever waits for the end hears of a failure; nobody may wait yet.
    this.#done.catch(() => undefined);
    this.#head.write(`${CANDLE_CSV_HEADER}\n`);
  }

  /** The next candles, in rising time. */
  async append(candles: readonly DecimalCandle[]): Promise<void> {
    if (this.#head.write(formatCandleRows(candles))) return;
    const drained = new Promise<void>((resolve) => this.#head.once('drain', resolve));
    await Promise.race([drained, this.#done]);
  }

  /** Resolves when the file is in its place. */
  async finish(): Promise<void> {
    this.#head.end();
    await this.#done;
    renameSync(this.#temporary, this.#file);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    this.#head.end();
    await this.#done.catch(() => undefined);
    rmSync(this.#temporary, { force: true });
  }
}
