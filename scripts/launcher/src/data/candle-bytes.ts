import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { InputError } from '../interruption.js';

/** Text that is longer does not fit one string; five years of minutes are 160 MB. */
export const MOST_TEXT_BYTES = 480 * 1024 * 1024;

/** Longest of `SIGNATURES`. */
const SIGNATURE_BYTES = 6;

const SIGNATURES: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['a ZIP archive: unpack it first', [0x50, 0x4b, 0x03, 0x04]],
  ['a Zstandard file: unpack it first', [0x28, 0xb5, 0x2f, 0xfd]],
  ['an XZ file: unpack it first', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['a Parquet file: convert it to CSV first', [0x50, 0x41, 0x52, 0x31]],
  ['a gzip file in a gzip file', [0x1f, 0x8b]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/** The first bytes of an ordinary file. @throws InputError when it is not there, none, or too large. */
export function firstBytes(file: string, mostBytes = MOST_TEXT_BYTES): Uint8Array {
  if (!existsSync(file)) throw new InputError(`${file}: expected a CSV or CSV.gz file, was nothing`);
  try {
    const status = statSync(file);
    if (!status.isFile()) throw new Error(status.isDirectory() ? 'a folder' : 'no ordinary file');
    if (status.size > mostBytes) throw tooLarge(mostBytes);
    const bytes = new Uint8Array(SIGNATURE_BYTES);
    const handle = openSync(file, 'r');
    try {
      return bytes.subarray(0, readSync(handle, bytes, 0, SIGNATURE_BYTES, 0));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What bytes are that are no text; undefined when they may be text. `at`: where in the text they begin. */
export function describeBinary(bytes: Uint8Array, at = 0): string | undefined {
  const starts = (signature: readonly number[]): boolean => signature.every((byte, index) => bytes[index] === byte);
  const known = at === 0 ? SIGNATURES.find(([, signature]) => starts(signature)) : undefined;
  if (known !== undefined) return known[0];
  const zero = bytes.indexOf(0);
  return zero === -1 ? undefined : `binary (a zero byte at ${at + zero})`;
}

export function notText(file: string, what: string): InputError {
  return new InputError(`${file}: expected CSV text in UTF-8, was ${what}`);
}

export function tooLarge(mostBytes: number): Error {
  const most = `${Math.floor(mostBytes / 1024 / 1024)} MiB`;
  return new Error(`more than ${most} of text: split it into several files`);
}

/** The error for a user, of what went wrong when a file was read or unpacked. */
export function unreadable(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const reason = isCutShort(error) ? 'a gzip file that is cut short' : textOf(error);
  return new InputError(`${file}: expected a readable CSV or CSV.gz file, was: ${reason}`, { cause: error });
}

function isCutShort(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
