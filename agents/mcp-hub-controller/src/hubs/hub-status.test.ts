import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { expect, test } from 'vitest';
import { ScriptedHubs, aHub } from '../testing/builders.js';
import { HubStatusBoard } from './hub-status.js';

test('tells server, tools and which of them are allowed', async () => {
  const port = new ScriptedHubs();
  port.description = { server: { name: 'double', version: '1' }, tools: [{ name: 'echo' }, { name: 'other' }] };
  expect(await new HubStatusBoard(port, new VirtualClock()).status([aHub()])).toEqual([
    {
      name: 'double',
      transport: 'http',
      connected: true,
      server: { name: 'double', version: '1' },
      tools: [
        { name: 'echo', allowed: true },
        { name: 'other', allowed: false },
      ],
      latencyMs: 0,
      lastError: null,
      checkedAt: '1970-01-01T00:00:00.000Z',
    },
  ]);
});

test('keeps the last error of a hub that answers again', async () => {
  const port = new ScriptedHubs();
  const clock = new VirtualClock();
  const board = new HubStatusBoard(port, clock);
  const hubs = [aHub()];
  port.description = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
  const lastError = { message: 'fetch failed: connect ECONNREFUSED', at: '1970-01-01T00:00:00.000Z' };
  expect(await board.status(hubs)).toMatchObject([{ connected: false, lastError }]);
  port.description = { server: null, tools: [] };
  await clock.advance(2000);
  expect(await board.status(hubs)).toMatchObject([{ connected: true, server: null, lastError }]);
});

test('callers within two seconds share one answer, a new configuration asks anew', async () => {
  const port = new ScriptedHubs();
  const clock = new VirtualClock();
  const board = new HubStatusBoard(port, clock);
  const hubs = [aHub()];
  await Promise.all([board.status(hubs), board.status(hubs)]);
  expect(port.asked).toHaveLength(1);
  await board.status([aHub({ name: 'new' })]);
  expect(port.asked).toEqual(['double', 'new']);
});
