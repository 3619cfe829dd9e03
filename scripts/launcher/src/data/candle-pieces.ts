import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { describeBinary, firstBytes, isGzip, MOST_TEXT_BYTES, notText, tooLarge, unreadable } from './candle-bytes.js';

/**
 * The text of a CSV or CSV.gz file in pieces, unpacked; never more of it in memory than a few of them.
 * @throws InputError as `readCandleText`.
 */
export async function* candlePieces(file: string, mostBytes = MOST_TEXT_BYTES): AsyncGenerator<Uint8Array> {
  const packed = isGzip(firstBytes(file, mostBytes));
  let length = 0;
  try {
    for await (const piece of open(file, packed)) {
      const bytes = piece as Buffer;
      const what = describeBinary(bytes, length);
      if (what !== undefined) throw notText(file, what);
      length += bytes.length;
      if (length > mostBytes) throw tooLarge(mostBytes);
      yield bytes;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function open(file: string, packed: boolean): NodeJS.ReadableStream {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  if (!packed) return source;
  // What goes wrong is thrown where the pieces are asked for.
  return pipeline(source, createGunzip({ chunkSize: 256 * 1024 }), () => undefined);
}
