import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { datasourceConfig } from '@octant/trading/config/datasource-config';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { credentialsOf, openVenues } from './open-venues.js';

const api = { key_env: 'VENUE_API_KEY', secret_env: 'VENUE_API_SECRET', passphrase_env: null };
const source = datasourceConfig.parse({ exchange: 'kraken', symbols: ['BTC/USD'], api });
const env = { VENUE_API_KEY: 'key', VENUE_API_SECRET: 'secret', VENUE_PASSPHRASE: 'phrase' };

test('the keys that a data source names are used where they are set; null names none', () => {
  expect(credentialsOf(source, {})).toBeUndefined();
  expect(credentialsOf(source, env)).toEqual({ credentials: { apiKey: 'key', secret: 'secret' } });
  const withPhrase = { ...source, api: { ...api, passphrase_env: 'VENUE_PASSPHRASE' } };
  expect(credentialsOf(withPhrase, env)).toEqual({
    credentials: { apiKey: 'key', secret: 'secret', password: 'phrase' },
  });
});

test('a key without its secret is refused by its name, not by its value', () => {
  expect(() => credentialsOf(source, { VENUE_API_KEY: 'k-123456' })).toThrow(
    'api of kraken: expected both key and secret or neither, was VENUE_API_KEY without VENUE_API_SECRET',
  );
});

test('a socket is insisted on only where there is one', async () => {
  const logger = pino({ level: 'silent' });
  const clock = new VirtualClock(0);
  const { signal: stopping } = new AbortController();
  const venues = openVenues({ env: {}, logger, clock, metrics: new Registry(), stopping });
  await expect(venues.open({ ...source, exchange: 'zaif', transport: 'websocket' })).rejects.toMatchObject({
    code: 'no_websocket',
  });
});
