import { Secret } from '@octant/platform/config/secret';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { datasourceConfig } from '@octant/trading/config/datasource-config';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { openCcxtClient } from './ccxt-venue-client.js';
import { openCcxtVenue } from './open-ccxt-venue.js';
import { requestWeightsOf, venueKeysOf } from './venue-options.js';

const keys = { apiKey: new Secret('key-1234'), secret: new Secret('secret-1234') };
const shared = { keys, clock: new VirtualClock(0), logger: pino({ level: 'silent' }) };

describe('opening a venue', () => {
  test('is refused for one that is not traded at, and for a sandbox that there is not', async () => {
    await expect(openCcxtVenue({ ...shared, id: 'zaif' })).rejects.toThrow(
      'exchange: expected one of binance, kraken, was "zaif"',
    );
    await expect(openCcxtVenue({ ...shared, id: 'constructor' })).rejects.toMatchObject({ code: 'unsupported_venue' });
    await expect(openCcxtVenue({ ...shared, id: 'kraken', sandbox: true })).rejects.toMatchObject({
      code: 'no_sandbox',
    });
  });

  test('asks nothing, and says what the venue has', async () => {
    const [binance, kraken] = await Promise.all(['binance', 'kraken'].map((id) => openCcxtVenue({ ...shared, id })));
    expect([binance?.features.orderTypes.has('oco'), kraken?.features.orderTypes.has('oco')]).toEqual([true, false]);
    expect([binance?.features.amend, kraken?.features.amend]).toEqual([false, true]);
    expect([binance?.features.deadMan, kraken?.features.deadMan]).toEqual([false, true]);
  });

  test('in the sandbox goes to its host, and to another host with the paths of it', async () => {
    const options = { id: 'binance', keys, pacesItself: false, timeoutMs: 1000, now: () => 0 };
    const urlOf = async (sandbox: boolean, apiUrl: string | undefined) =>
      ((await openCcxtClient({ ...options, sandbox, apiUrl })).urls['api'] as { private: string }).private;
    expect(await urlOf(true, undefined)).toBe('https://testnet.binance.vision/api/v3');
    expect(await urlOf(false, undefined)).toBe('https://api.binance.com/api/v3');
    expect(await urlOf(false, 'http://127.0.0.1:9/')).toBe('http://127.0.0.1:9/api/v3');
  });
});

describe('what a data source says of its venue', () => {
  const api = { key_env: 'VENUE_API_KEY', secret_env: 'VENUE_API_SECRET', passphrase_env: null };
  const source = datasourceConfig.parse({ exchange: 'kraken', symbols: ['BTC/USD'], api });

  test('its keys, which do not print', () => {
    const found = venueKeysOf(source, { VENUE_API_KEY: 'key-1234', VENUE_API_SECRET: 'secret-1234' });
    expect([found.apiKey.reveal(), found.secret.reveal()]).toEqual(['key-1234', 'secret-1234']);
    expect(JSON.stringify(found)).toBe('{"apiKey":"[redacted]","secret":"[redacted]"}');
  });

  test('keys that are not set are named', () => {
    expect(() => venueKeysOf(source, { VENUE_API_KEY: 'key-1234' })).toThrow(
      "api of kraken: expected the account's keys, was without VENUE_API_SECRET",
    );
  });

  test('weights that are left out are as their like among the requests for data', () => {
    const weights = { candles: 2, markets: 10, cancel: 3 };
    const rate = datasourceConfig.parse({ exchange: 'kraken', symbols: ['BTC/USD'], rate_limits: { weights } });
    expect(requestWeightsOf(rate)).toEqual({ markets: 10, order: 1, cancel: 3, query: 2, history: 10 });
  });
});
