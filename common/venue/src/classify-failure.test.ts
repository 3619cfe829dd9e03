import { describe, expect, test } from 'vitest';
import { judgeBinance } from './binance/judge-binance.js';
import { classifyFailure } from './classify-failure.js';
import { judgeKraken } from './kraken/judge-kraken.js';
import type { VenueFailure } from './venue-failure.js';

const BUSY = '<html>gateway</html>';

function ccxtError(name: string, message = 'said so'): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

function kindOf(failure: VenueFailure): string {
  return failure.kind === 'refused' ? `refused ${failure.code}` : failure.kind;
}

function answered(body: unknown, ...by: [status?: number, name?: string, headers?: unknown]) {
  const [status = 400, name = 'ExchangeError', headers = {}] = by;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { error: ccxtError(name), sent: true, reply: { status, headers, body: text } };
}

describe('what became of a request', () => {
  test.each([
    ['-1000', 'unknown', 'unknown'],
    ['-1001', 'Internal error; unable to process your request.', 'unknown'],
    ['-1006', 'An unexpected response was received. Execution status unknown.', 'unknown'],
    ['-1007', 'Timeout waiting for response from backend server. Send status unknown.', 'unknown'],
    ['-1003', 'Too many requests.', 'not_done'],
    ['-1008', 'Server is currently overloaded.', 'not_done'],
    ['-1015', 'Too many new orders.', 'not_done'],
    ['-1016', 'This service is no longer available.', 'not_done'],
    ['-1021', 'Timestamp for this request is outside of the recvWindow.', 'not_done'],
    ['-1013', 'Filter failure: LOT_SIZE', 'refused -1013'],
    ['-1121', 'Invalid symbol.', 'refused -1121'],
    ['-2010', 'Account has insufficient balance for requested action.', 'refused insufficient_funds'],
    ['-2010', 'Order would immediately match and take.', 'refused would_take'],
    ['-2010', 'Order would trigger immediately.', 'refused would_trigger'],
    ['-2010', 'Duplicate order sent.', 'duplicate'],
    ['-2011', 'Unknown order sent.', 'no_such_order'],
    ['-2011', 'Order was not canceled due to cancel restrictions.', 'refused -2011'],
    ['-2013', 'Order does not exist.', 'no_such_order'],
    ['-2015', 'Invalid API-key, IP, or permissions for action.', 'refused -2015'],
    ['-2026', 'Order was archived.', 'unknown'],
  ])('Binance says %s %s: %s', (code, msg, expected) => {
    expect(kindOf(classifyFailure(answered({ code: Number(code), msg }), judgeBinance))).toBe(expected);
  });

  test.each([
    ['EAPI:Rate limit exceeded', 'not_done'],
    ['EOrder:Rate limit exceeded', 'not_done'],
    ['EGeneral:Too many requests', 'not_done'],
    ['EGeneral:Temporary lockout', 'not_done'],
    ['EAPI:Invalid nonce', 'not_done'],
    ['EService:Market in cancel_only mode', 'not_done'],
    ['EService:Market in post_only mode', 'not_done'],
    ['EGeneral:Invalid arguments:deadline', 'not_done'],
    ['EService:Unavailable', 'unknown'],
    ['EService:Busy', 'unknown'],
    ['EService:Deadline elapsed', 'unknown'],
    ['EGeneral:Internal error', 'unknown'],
    ['EOrder:Cancel pending', 'unknown'],
    ['ENew:Something else', 'unknown'],
    ['EOrder:Unknown order', 'no_such_order'],
    ['EGeneral:Invalid arguments:cl_ord_id not unique', 'duplicate'],
    ['EOrder:Insufficient funds', 'refused insufficient_funds'],
    ['EOrder:Post only order', 'refused would_take'],
    ['EOrder:Order minimum not met', 'refused EOrder:Order minimum not met'],
    ['EGeneral:Invalid arguments:volume', 'refused EGeneral:Invalid arguments:volume'],
    ['EGeneral:Invalid arguments:cl_ord_id', 'refused EGeneral:Invalid arguments:cl_ord_id'],
    ['EGeneral:Permission denied', 'refused EGeneral:Permission denied'],
    ['EAPI:Invalid key', 'refused EAPI:Invalid key'],
  ])('Kraken says %s: %s', (text, expected) => {
    expect(kindOf(classifyFailure(answered({ error: [text] }, 200), judgeKraken))).toBe(expected);
  });

  test.each([
    ['InsufficientFunds', 'refused refused'],
    ['InvalidOrder', 'refused refused'],
    ['BadSymbol', 'refused refused'],
    ['AuthenticationError', 'refused refused'],
    ['PermissionDenied', 'refused refused'],
    ['OrderNotFound', 'no_such_order'],
    ['DuplicateOrderId', 'duplicate'],
    ['RateLimitExceeded', 'not_done'],
    ['DDoSProtection', 'not_done'],
    ['OnMaintenance', 'not_done'],
    ['InvalidNonce', 'not_done'],
    ['CancelPending', 'unknown'],
    ['ExchangeNotAvailable', 'unknown'],
    ['BadResponse', 'unknown'],
    ['ExchangeError', 'unknown'],
    ['TypeError', 'unknown'],
  ])('an answer that only ccxt knows as %s: %s', (name, expected) => {
    expect(kindOf(classifyFailure(answered('no code', 400, name), judgeBinance))).toBe(expected);
  });

  test('no answer, and one of 5xx whatever it says, leave it unknown', () => {
    for (const name of ['RequestTimeout', 'NetworkError', 'OrderNotFound', 'InsufficientFunds', 'Error']) {
      expect(classifyFailure({ error: ccxtError(name), sent: true, reply: undefined }, judgeBinance).kind).toBe(
        'unknown',
      );
      expect(classifyFailure(answered({ code: -2013, msg: '' }, 503, name), judgeBinance).kind).toBe('unknown');
      expect(classifyFailure(answered(BUSY, 502, name), judgeKraken).kind).toBe('unknown');
    }
  });

  test('a ban did nothing, and says how long it lasts', () => {
    const headers = { 'Retry-After': '30' };
    for (const status of [418, 429]) {
      const request = answered(BUSY, status, 'DDoSProtection', headers);
      expect(classifyFailure(request, judgeBinance)).toEqual({
        kind: 'not_done',
        reason: 'said so',
        retryAfterMs: 30_000,
      });
    }
    expect(classifyFailure(answered(BUSY, 403, 'DDoSProtection'), judgeBinance).kind).toBe('not_done');
  });

  test('what was not sent did nothing', () => {
    const request = { sent: false, reply: undefined };
    expect(kindOf(classifyFailure({ ...request, error: ccxtError('InvalidOrder') }, judgeBinance))).toBe(
      'refused not_sent',
    );
    expect(kindOf(classifyFailure({ ...request, error: ccxtError('RateLimitExceeded') }, judgeBinance))).toBe(
      'not_done',
    );
  });

  test('a reason has no query of a URL, in which the signature is', () => {
    const error = ccxtError('NetworkError', 'binance GET https://x/api?timestamp=1&signature=abc fetch failed');
    expect(classifyFailure({ error, sent: true, reply: undefined }, judgeBinance)).toEqual({
      kind: 'unknown',
      reason: 'binance GET https://x/api?… fetch failed',
    });
  });
});
