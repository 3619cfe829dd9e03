import { existsSync, readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../interruption.js';

/** Text that is longer does not fit one string; five years of minutes are 160 MB. */
export const MOST_TEXT_BYTES = 480 * 1024 * 1024;

/**
 * The text of a CSV or CSV.gz file; which of the two it is its first bytes say.
 * @throws InputError when it is not there, no text, no whole gzip file, or larger than `mostBytes` when unpacked.
 */
export function readCandleText(file: string, mostBytes = MOST_TEXT_BYTES): string {
  if (!existsSync(file)) throw new InputError(`${file}: expected a CSV or CSV.gz file, was nothing`);
  const bytes = unpack(file, readBytes(file, mostBytes), mostBytes);
  const what = describeBinary(bytes);
  if (what !== undefined) throw new InputError(`${file}: expected CSV text in UTF-8, was ${what}`);
  return bytes.toString('utf8');
}

function readBytes(file: string, mostBytes: number): Buffer {
  try {
    const status = statSync(file);
    if (!status.isFile()) throw new Error(status.isDirectory() ? 'a folder' : 'no ordinary file');
    if (status.size > mostBytes) throw tooLarge(mostBytes);
    return readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unpack(file: string, bytes: Buffer, mostBytes: number): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    // A few kilobytes can unpack to gigabytes: what is beyond the bound is not even made.
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw unreadable(file, tooLarge(mostBytes));
    if (code === 'Z_BUF_ERROR') throw unreadable(file, new Error('a gzip file that is cut short'));
    throw unreadable(file, error);
  }
}

function tooLarge(mostBytes: number): Error {
  const most = `${Math.floor(mostBytes / 1024 / 1024)} MiB`;
  return new Error(`more than ${most} of text: split it into several files`);
}

function unreadable(file: string, error: unknown): InputError {
  const reason = error instanceof Error ? error.message : String(error);
  return new InputError(`${file}: expected a readable CSV or CSV.gz file, was: ${reason}`, { cause: error });
}

const SIGNATURES: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['a ZIP archive: unpack it first', [0x50, 0x4b, 0x03, 0x04]],
  ['a Zstandard file: unpack it first', [0x28, 0xb5, 0x2f, 0xfd]],
  ['an XZ file: unpack it first', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['a Parquet file: convert it to CSV first', [0x50, 0x41, 0x52, 0x31]],
  ['a gzip file in a gzip file', [0x1f, 0x8b]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/** What bytes are that are no text; undefined when they may be text. */
function describeBinary(bytes: Buffer): string | undefined {
  const known = SIGNATURES.find(([, signature]) => signature.every((byte, index) => bytes[index] === byte));
  if (known !== undefined) return known[0];
  const zero = bytes.indexOf(0);
  return zero === -1 ? undefined : `binary (a zero byte at ${zero})`;
}
