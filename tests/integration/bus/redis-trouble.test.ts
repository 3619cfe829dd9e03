import { type Server, type Socket, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBus } from '@octant/platform/bus/open-bus';
import { subscription } from '@octant/platform/bus/subscription';
import { viaPort } from '../../support/test-servers.js';
import { CountingObserver, TestDesk, eventually, silentLogger, workItem } from './desk.js';

/** Passes bytes on to Redis until it is told to cut every connection and take no new ones. */
class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  /** Replies are thrown away while true, so that effects happen and nobody hears of it. */
  deaf = false;

  readonly #redisUrl: string;

  constructor(redisUrl: string) {
    this.#redisUrl = redisUrl;
    const { hostname, port } = new URL(redisUrl);
    this.#server = createServer((client) => {
      if (this.#cut) {
        client.destroy();
        return;
      }
      const upstream = connect(Number(port || '6379'), hostname);
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          client.destroy();
          upstream.destroy();
        });
      }
      client.pipe(upstream);
      upstream.on('data', (chunk: Buffer) => {
        if (!this.deaf) client.write(chunk);
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
    return viaPort(this.#redisUrl, address.port);
  }

  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  mend(): void {
    this.deaf = false;
    this.#cut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

describe('the bus and a Redis in trouble', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  it('creates groups and streams again after a flush, and goes on', async () => {
    const bus = desk.openBus('flushed');
    const handled: string[] = [];
    await bus.start([
      subscription({
        stream: 'flushed',
        group: 'g',
        schema: workItem,
        handle: ({ id }) => {
          handled.push(id);
          return {};
        },
      }),
    ]);
    await bus.publish({ stream: 'flushed', type: 'work', id: 'before', payload: { key: 'a', n: 1 } });
    await eventually('it was handled', () => handled.length === 1);
    const keys = await desk.redis.keys(`${desk.prefix}*`);
    await desk.redis.unlink(...keys);
    await bus.publish({ stream: 'flushed', type: 'work', id: 'after', payload: { key: 'a', n: 2 } });
    await eventually('it was handled, too', () => handled.length === 2);
    expect(handled).toEqual(['before', 'after']);
  });

  it('is not ready while Redis is away, loses nothing, and repeats nothing when a reply was lost', async () => {
    const wire = new Wire(desk.redisUrl);
    const url = await wire.open();
    const observer = new CountingObserver();
    const bus = openBus({
      redisUrl: url,
      prefix: desk.prefix,
      agent: 'wired',
      logger: silentLogger,
      observer,
      tuning: { commandTimeoutMs: 400, blockMs: 200 },
    });
    const outside = desk.openBus('outside');
    const committed = new Set<number>();
    await bus.start([
      subscription({
        stream: 'wire',
        group: 'g',
        schema: workItem,
        handle: ({ payload }) => {
          if (payload.n % 10 === 5) wire.deaf = true;
          return {
            messages: [{ stream: 'wire.out', type: 'work', payload: { n: payload.n } }],
            onCommitted: () => committed.add(payload.n),
          };
        },
      }),
    ]);
    await eventually('it is ready', () => bus.ready());
    for (let n = 0; n < 30; n += 1) {
      await outside.publish({ stream: 'wire', type: 'work', id: `w-${String(n)}`, payload: { key: 'a', n } });
      if (n % 10 !== 5) continue;
      await eventually('replies are lost', () => wire.deaf);
      await eventually(
        'the commit arrived all the same',
        async () => (await outside.admin.length('wire.out')) >= n + 1,
      );
      wire.cut();
      await eventually('it noticed', () => !bus.ready());
      await expect(bus.ping()).rejects.toThrow('expected Redis to answer a ping');
      wire.mend();
      await eventually('it is ready again', () => bus.ready());
    }
    await eventually('all are committed', () => committed.size === 30);
    expect(await outside.admin.length('wire.out')).toBe(30);
    expect(observer.outcomes).toMatchObject({ dead_lettered: 0, handled: 30 });
    await bus.stop(1_000);
    wire.close();
  });
});
