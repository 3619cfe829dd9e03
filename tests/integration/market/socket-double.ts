import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DoubleCandle } from './exchange-double.js';

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** The server's side of RFC 6455 and of Binance's kline stream: subscriptions are answered, updates sent when told. Venues that subscribe otherwise get no word. */
export class SocketDouble {
  readonly #sockets = new Set<Duplex>();
  /** Connections that were opened so far. */
  opened = 0;
  /** Streams that were subscribed to so far. */
  readonly subscribed: string[] = [];
  /** Accepts no socket while it is set, as in a maintenance. */
  refusing = false;

  constructor(server: Server) {
    server.on('upgrade', (request, socket) => {
      if (this.refusing) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
        return;
      }
      const key = `${request.headers['sec-websocket-key'] ?? ''}${ACCEPT_GUID}`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      this.opened += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => this.#sockets.delete(socket));
      let buffered: Buffer = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        buffered = this.#read(socket, Buffer.concat([buffered, chunk]));
      });
    });
  }

  /** An update of the candle that forms. */
  sendKline(symbol: string, interval: string, candle: DoubleCandle): void {
    const { openTimeMs, open, high, low, close, volume } = candle;
    const k = { t: openTimeMs, s: symbol, i: interval, o: open, h: high, l: low, c: close, v: volume, x: false };
    for (const socket of this.#sockets) send(socket, { e: 'kline', E: openTimeMs, s: symbol, k });
  }

  /** Cuts every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Answers the whole frames of the buffer, and gives back what is left. */
  #read(socket: Duplex, buffer: Buffer): Buffer {
    let rest = buffer;
    for (;;) {
      const frame = frameOf(rest);
      if (frame === undefined) return rest;
      rest = rest.subarray(frame.size);
      if (frame.kind === CLOSE) socket.end(frameFor(CLOSE, Buffer.alloc(0)));
      if (frame.kind === PING) socket.write(frameFor(PONG, frame.payload));
      if (frame.kind !== TEXT) continue;
      const { params, id } = JSON.parse(frame.payload.toString()) as { params?: unknown; id?: number };
      // Kraken's subscriptions carry an object: they are heard, and nobody answers.
      if (!isStreamNames(params)) continue;
      this.subscribed.push(...params);
      send(socket, { result: null, id });
    }
  }
}

function isStreamNames(params: unknown): params is string[] {
  return Array.isArray(params) && params.every((name) => typeof name === 'string');
}

function send(socket: Duplex, message: unknown): void {
  socket.write(frameFor(TEXT, Buffer.from(JSON.stringify(message))));
}

function frameFor(kind: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? [0x80 | kind, length] : [0x80 | kind, 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), payload]);
}

/** The first frame of a client, unmasked; undefined when it is not all there. */
function frameOf(buffer: Buffer): { kind: number; payload: Buffer; size: number } | undefined {
  if (buffer.length < 6) return undefined;
  const short = buffer.readUInt8(1) & 0x7f;
  const head = short === 126 ? 4 : 2;
  const length = short === 126 ? buffer.readUInt16BE(2) : short;
  const size = head + 4 + length;
  if (buffer.length < size) return undefined;
  const mask = buffer.subarray(head, head + 4);
  const payload = Buffer.from(buffer.subarray(head + 4, size).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return { kind: buffer.readUInt8(0) & 0x0f, payload, size };
}
