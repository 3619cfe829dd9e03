import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { TransientError } from '../errors/errors.js';
import { scopeOf } from './request-scope.js';

const windowMs = 60_000;

/** Limits requests an address and minute. `anonymous`: callers with a valid token are not counted. */
export function limitRate(perMinute: number, counted: 'anonymous' | 'everybody'): RequestHandler {
  return rateLimit({
    windowMs,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: (request) => counted === 'anonymous' && scopeOf(request).identity.kind !== 'anonymous',
    handler: (_request, response, next) => {
      const seconds = Number(response.getHeader('Retry-After') ?? 60);
      next(
        new TransientError(`expected at most ${String(perMinute)} requests a minute, was more`, {
          code: 'rate_limited',
          status: 429,
          retryAfterMs: seconds * 1000,
        }),
      );
    },
  });
}
