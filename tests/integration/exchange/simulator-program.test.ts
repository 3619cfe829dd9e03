import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openCcxtClient } from '../../support/ccxt-client.js';
import type { VenueName } from '../../support/exchange/faults/fault-script.js';

const program = fileURLToPath(new URL('../../support/exchange/dist/main.js', import.meta.url));

interface FirstLine {
  readonly port: number;
  readonly url: string;
  readonly keys: Partial<Record<VenueName, Key & { account: string; guardian: Key }>>;
}

interface Key {
  readonly apiKey: string;
  readonly secret: string;
}

async function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, told: JSON.parse(line) as FirstLine };
}

test('tells where it listens and with which keys, trades, and ends when it is told to', async () => {
  const { child, told } = await start('--seed', '5', '--limits', 'off');
  const ended = once(child, 'exit');
  try {
    for (const [venue, symbol] of [
      ['binance', 'BTC/USDT'],
      ['kraken', 'BTC/USD'],
    ] as const) {
      const client = await openCcxtClient({ url: told.url, venue, ...told.keys[venue], timeoutMs: 20_000 });
      await client.createOrder(symbol, 'market', 'buy', '0.01');
      expect(await client.fetchMyTrades(symbol)).toMatchObject([{ amount: '0.01', price: '60000' }]);
    }
    const ledger = await fetch(`${told.url}/control/ledger?venue=kraken&account=demo`);
    expect(await ledger.json()).toMatchObject({ fills: [{ qty: '0.01' }] });
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

test('has the same keys with the same seed', async () => {
  const first = await start('--seed', '9', '--venue', 'kraken');
  const second = await start('--seed', '9', '--venue', 'kraken');
  first.child.kill('SIGTERM');
  second.child.kill('SIGTERM');
  expect(first.told.keys).toEqual(second.told.keys);
  expect(Object.keys(first.told.keys)).toEqual(['kraken']);
});

test('has the keys that the rehearsal gives to executor and guardian, and they are two', async () => {
  const { child, told } = await start('--venue', 'binance');
  child.kill('SIGTERM');
  const rehearsal = readFileSync(new URL('../../../docker-compose.rehearsal.yml', import.meta.url), 'utf8');
  const { apiKey, secret, guardian } = told.keys.binance ?? {};
  expect(rehearsal).toContain(`  BINANCE_API_KEY: ${String(apiKey)}\n  BINANCE_API_SECRET: ${String(secret)}\n`);
  expect(rehearsal).toContain(`      GUARDIAN_API_KEY: ${String(guardian?.apiKey)}\n`);
  expect(rehearsal).toContain(`      GUARDIAN_API_SECRET: ${String(guardian?.secret)}\n`);
  expect(guardian?.apiKey).not.toBe(apiKey);
});

test('ends with 2 and says what it expected when an argument is wrong', async () => {
  const child = spawn(process.execPath, [program, '--venue', 'nowhere'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(said).toContain('venue');
});
