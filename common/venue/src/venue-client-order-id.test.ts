import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDeskClientOrderId, venueClientOrderId } from './venue-client-order-id.js';

const digest = createHash('sha256').update('ord-1').digest('hex');
/** What the venues document that they take. */
const documented = {
  binance: /^[a-zA-Z0-9-_]{1,36}$/,
  kraken: /^[0-9a-f]{32}$/,
} as const;

describe('the client order id at a venue', () => {
  test('is a function of the order id, and begins as those of a desk do', () => {
    expect(venueClientOrderId('binance', 'ord-1')).toBe(`oct${digest.slice(0, 29)}`);
    expect(venueClientOrderId('kraken', 'ord-1')).toBe(`0c7a47${digest.slice(0, 26)}`);
  });

  test.each(['binance', 'kraken'] as const)('has the form that %s takes, whatever the order id', (venue) => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (orderId) => {
        const id = venueClientOrderId(venue, orderId);
        expect(id).toMatch(documented[venue]);
        // With the end of an OCO's leg it still does.
        if (venue === 'binance') expect(`${id}-p`).toMatch(documented.binance);
        expect(isDeskClientOrderId(venue, id)).toBe(true);
      }),
    );
  });

  test('differs where the order ids differ', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 50 }), (orderIds) => {
        expect(new Set(orderIds.map((id) => venueClientOrderId('kraken', id))).size).toBe(orderIds.length);
      }),
    );
  });

  test('is told from those of others', () => {
    for (const id of ['', 'web_1234', `oct${digest}`, digest.slice(0, 32), '0c7a47', `0c7a47${'z'.repeat(26)}`]) {
      expect([isDeskClientOrderId('binance', id), isDeskClientOrderId('kraken', id)]).toEqual([false, false]);
    }
  });

  test('is refused for a venue whose form nobody knows', () => {
    expect(() => venueClientOrderId('zaif', 'ord-1')).toThrow('venue: expected one of binance, kraken, was "zaif"');
  });
});
