import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MOST_BYTES = 256 * 1024;
const CONTINUATION = 0;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

interface Frame {
  readonly kind: number;
  readonly isLast: boolean;
  readonly payload: Buffer;
  readonly size: number;
}

/** The server's side of one WebSocket, text messages only (RFC 6455). */
export class WebSocketConnection {
  readonly #socket: Duplex;
  #buffered: Buffer = Buffer.alloc(0);
  #partial = '';
  /** Says nothing more, not even to a ping. */
  silent = false;
  onText: (text: string) => void = () => undefined;
  onClose: () => void = () => undefined;

  constructor(request: IncomingMessage, socket: Duplex, head: Buffer) {
    this.#socket = socket;
    const key = `${request.headers['sec-websocket-key'] ?? ''}${ACCEPT_GUID}`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('close', () => this.onClose());
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    if (head.length > 0) socket.unshift(head);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  ping(): void {
    this.#write(PING, Buffer.alloc(0));
  }

  /** As a server does that says goodbye. */
  close(): void {
    this.#write(CLOSE, Buffer.alloc(0));
    this.#socket.end();
  }

  /** As a network does that says nothing. */
  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    for (;;) {
      if (this.#buffered.length > MOST_BYTES) {
        this.destroy();
        return;
      }
      const frame = frameOf(this.#buffered);
      if (frame === undefined) return;
      this.#buffered = this.#buffered.subarray(frame.size);
      this.#handle(frame);
    }
  }

  #handle({ kind, isLast, payload }: Frame): void {
    if (kind === PING) this.#write(PONG, payload);
    if (kind === CLOSE) this.close();
    if (kind !== TEXT && kind !== CONTINUATION) return;
    this.#partial += payload.toString();
    if (!isLast) return;
    const text = this.#partial;
    this.#partial = '';
    this.onText(text);
  }

  #write(kind: number, payload: Buffer): void {
    if (this.silent || !this.isOpen) return;
    this.#socket.write(Buffer.concat([headOf(kind, payload.length), payload]));
  }
}

function headOf(kind: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | kind, length]);
  if (length < 65_536) return Buffer.from([0x80 | kind, 126, length >> 8, length & 0xff]);
  const head = Buffer.alloc(10);
  head[0] = 0x80 | kind;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** The first frame of a client, unmasked; undefined while it is not all there. */
function frameOf(buffer: Buffer): Frame | undefined {
  const head = headSizeOf(buffer);
  if (buffer.length < head) return undefined;
  const isMasked = (buffer.readUInt8(1) & 0x80) !== 0;
  const size = head + lengthOf(buffer);
  if (buffer.length < size) return undefined;
  const payload = Buffer.from(buffer.subarray(head, size));
  if (isMasked) {
    const mask = buffer.subarray(head - 4, head);
    for (const [at, byte] of payload.entries()) payload[at] = byte ^ (mask[at % 4] ?? 0);
  }
  const first = buffer.readUInt8(0);
  return { kind: first & 0x0f, isLast: (first & 0x80) !== 0, payload, size };
}

/** With what says how long the frame is, and the mask. */
function headSizeOf(buffer: Buffer): number {
  if (buffer.length < 2) return 2;
  const second = buffer.readUInt8(1);
  return 2 + lengthBytesOf(second & 0x7f) + ((second & 0x80) === 0 ? 0 : 4);
}

function lengthBytesOf(short: number): number {
  if (short === 127) return 8;
  return short === 126 ? 2 : 0;
}

function lengthOf(buffer: Buffer): number {
  const short = buffer.readUInt8(1) & 0x7f;
  if (short === 127) return Number(buffer.readBigUInt64BE(2));
  return short === 126 ? buffer.readUInt16BE(2) : short;
}
