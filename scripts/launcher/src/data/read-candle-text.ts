import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describeBinary, firstBytes, isGzip, MOST_TEXT_BYTES, notText, tooLarge, unreadable } from './candle-bytes.js';

/**
 * The text of a CSV or CSV.gz file; which of the two it is its first bytes say.
 * @throws InputError when it is not there, no text, no whole gzip file, or larger than `mostBytes` when unpacked.
 */
export function readCandleText(file: string, mostBytes = MOST_TEXT_BYTES): string {
  const packed = isGzip(firstBytes(file, mostBytes));
  const bytes = readBytes(file, { packed, mostBytes });
  const what = describeBinary(bytes);
  if (what !== undefined) throw notText(file, what);
  return bytes.toString('utf8');
}

function readBytes(file: string, { packed, mostBytes }: { packed: boolean; mostBytes: number }): Buffer {
  try {
    const bytes = readFileSync(file);
    // A few kilobytes can unpack to gigabytes: what is beyond the bound is not even made.
    return packed ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw unreadable(file, code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(mostBytes) : error);
  }
}
