import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { decimalAt, type DecimalColumns } from '@octant/trading/market/candle-columns';
import { CANDLE_CSV_HEADER } from '@octant/trading/market/format-candle-csv';

const LINES_AT_ONCE = 4096;

/** Writes columns as a CSV.gz file. */
export async function writeCandleFile(file: string, columns: DecimalColumns): Promise<void> {
  const gzip = createGzip({ level: 6 });
  const target = createWriteStream(file);
  gzip.pipe(target);
  gzip.write(`${CANDLE_CSV_HEADER}\n`);
  for (let from = 0; from < columns.length; from += LINES_AT_ONCE) {
    let text = '';
    for (let row = from; row < Math.min(from + LINES_AT_ONCE, columns.length); row += 1) text += lineOf(columns, row);
    if (!gzip.write(text)) await once(gzip, 'drain');
  }
  gzip.end();
  await finished(target);
}

function lineOf(columns: DecimalColumns, row: number): string {
  const fields = (['open', 'high', 'low', 'close', 'volume'] as const).map((field) => decimalAt(columns, field, row));
  return `${String(columns.openTimeMs[row])},${fields.join(',')}\n`;
}
