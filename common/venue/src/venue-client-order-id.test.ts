import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isVenueClientOrderId, venueClientOrderId } from './venue-client-order-id.js';

const digest = createHash('sha256').update('ord-1').digest('hex');

describe('the client order id at a venue', () => {
  test('is a function of the order id', () => {
    expect(venueClientOrderId('binance', 'ord-1')).toBe(`oct${digest.slice(0, 29)}`);
    expect(venueClientOrderId('kraken', 'ord-1')).toBe(digest.slice(0, 32));
  });

  test.each(['binance', 'kraken'])('has the form that %s takes, whatever the order id', (venue) => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (orderId) => {
        const id = venueClientOrderId(venue, orderId);
        expect(isVenueClientOrderId(venue, id)).toBe(true);
        expect(id.length).toBe(32);
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

  test('is refused for a venue whose form nobody knows', () => {
    expect(() => venueClientOrderId('zaif', 'ord-1')).toThrow('venue: expected one of binance, kraken, was "zaif"');
  });
});
