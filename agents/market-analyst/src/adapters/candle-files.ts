import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PermanentError } from '@octant/platform/errors/errors';
import { CandleCsvError, parseCandleCsv } from '@octant/trading/market/candle-csv';
import type { DecimalCandle } from '@octant/trading/market/candle';
import type { TimeframeName } from '@octant/trading/messages/envelope';

const unzip = promisify(gunzip);
/** A few kilobytes can unpack to gigabytes; a year of minutes is 30 MB. */
const MOST_BYTES = 480 * 1024 * 1024;

/** Reads candle files that a data source names. */
export interface CandleFiles {
  /** @throws PermanentError `bad_candle_file` naming file, line and reason. */
  read(file: string, timeframe: TimeframeName): Promise<DecimalCandle[]>;
}

/** @param folder what relative names are relative to: the config directory. */
export function candleFiles(folder: string): CandleFiles {
  return {
    async read(file, timeframe) {
      try {
        const bytes = await readFile(isAbsolute(file) ? file : join(folder, file));
        const text = (file.endsWith('.gz') ? await unzip(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString(
          'utf8',
        );
        return parseCandleCsv(text, { file, timeframe });
      } catch (error) {
        const reason = error instanceof CandleCsvError ? error.message : `${file}: ${String(error)}`;
        throw new PermanentError(reason, { code: 'bad_candle_file', cause: error });
      }
    },
  };
}
