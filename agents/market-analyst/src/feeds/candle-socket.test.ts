import { VirtualClock } from '@octant/platform/time/virtual-clock';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { CandleSocket } from './candle-socket.js';

const candle: DecimalCandle = { openTimeMs: 0, open: '1', high: '1', low: '1', close: '1', volume: '1' };
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A socket whose next update or failure comes when the test says so. */
function aSocket() {
  const clock = new VirtualClock(0);
  const waiting: { symbol: string; resolve: (found: DecimalCandle) => void; reject: (error: Error) => void }[] = [];
  const [heard, lost]: [string[], string[]] = [[], []];
  let resets = 0;
  const fail = () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('closed'));
  };
  const socket = new CandleSocket({
    stream: {
      next: ({ symbol }) => new Promise((resolve, reject) => waiting.push({ symbol, resolve, reject })),
      reset: () => {
        resets += 1;
        fail();
        return Promise.resolve();
      },
    },
    source: 'venue',
    timeframe: '1m',
    silentAfterMs: 5_000,
    clock,
    logger: pino({ level: 'silent' }),
    onUpdate: (symbol) => heard.push(symbol),
    onLost: (reason) => lost.push(reason),
  });
  const update = (symbol: string) => {
    for (const one of waiting.splice(0)) {
      if (one.symbol === symbol) one.resolve(candle);
      else waiting.push(one);
    }
  };
  const pass = async (ms: number) => {
    await settle();
    for (let done = 0; done < ms; done += 500) {
      await clock.advance(500);
      await settle();
    }
  };
  return { socket, waiting, heard, lost, update, fail, pass, resets: () => resets };
}

test('a symbol that nobody trades is no fault while another is heard', async () => {
  const { socket, heard, lost, update, pass } = aSocket();
  socket.listen('BTC-USD');
  socket.listen('ETH-USD');
  for (let second = 0; second < 20; second += 4) {
    await pass(4_000);
    update('BTC-USD');
  }
  await pass(500);
  expect([heard.length, lost, socket.alive]).toEqual([5, [], true]);
  await socket.stop();
});

test('silence of all closes the socket, once, and it is opened again after a pause', async () => {
  const { socket, waiting, lost, pass, resets } = aSocket();
  socket.listen('BTC-USD');
  socket.listen('ETH-USD');
  await pass(5_500);
  expect([lost, resets(), socket.alive, waiting.length]).toEqual([['silent'], 1, false, 0]);
  await pass(1_500);
  expect(waiting.map(({ symbol }) => symbol)).toEqual(['BTC-USD', 'ETH-USD']);
  await socket.stop();
});

test('a socket that fails throws at every listener and is counted once; the pauses grow until it is heard', async () => {
  const { socket, waiting, lost, fail, update, pass } = aSocket();
  socket.listen('BTC-USD');
  socket.listen('ETH-USD');
  await pass(0);
  fail();
  await pass(1_000);
  expect([lost, waiting.length]).toEqual([['failed'], 2]);
  fail();
  await pass(1_500);
  expect([lost, waiting.length]).toEqual([['failed', 'failed'], 0]);
  await pass(1_000);
  update('BTC-USD');
  await pass(0);
  expect(socket.alive).toBe(true);
  await socket.stop();
});
