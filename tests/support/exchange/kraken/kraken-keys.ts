import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../core/account.js';
import type { ApiRequest } from '../server/venue-api.js';
import { KrakenError } from './kraken-error.js';

interface KnownKey {
  readonly key: ApiKey;
  lastNonce: bigint;
}

const TOKEN_MS = 900_000;

/** The keys of a venue, their nonces, and the tokens that open its private sockets. */
export class KrakenKeys {
  readonly #keys = new Map<string, KnownKey>();
  readonly #tokens = new Map<string, { account: string; until: number }>();

  add(key: ApiKey): void {
    this.#keys.set(key.key, { key, lastNonce: this.#keys.get(key.key)?.lastNonce ?? -1n });
  }

  find(name: string | undefined): ApiKey | undefined {
    return name === undefined ? undefined : this.#keys.get(name)?.key;
  }

  lastNonceOf(name: string): string {
    return String(this.#keys.get(name)?.lastNonce ?? 0n);
  }

  /**
   * The key of a request that is signed, and whose nonce is above all before it.
   * @throws KrakenError otherwise.
   */
  authorize({ path, body, headers }: ApiRequest, nonce: string): ApiKey {
    const known = this.#keys.get(headers['api-key'] ?? '');
    if (known === undefined) throw new KrakenError('EAPI:Invalid key');
    const inner = createHash('sha256')
      .update(nonce + body)
      .digest();
    const secret = Buffer.from(known.key.secret, 'base64');
    const expected = createHmac('sha512', secret).update(path).update(inner).digest();
    const given = Buffer.from(headers['api-sign'] ?? '', 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new KrakenError('EAPI:Invalid signature');
    }
    if (!/^\d{1,20}$/.test(nonce) || BigInt(nonce) <= known.lastNonce) throw new KrakenError('EAPI:Invalid nonce');
    known.lastNonce = BigInt(nonce);
    return known.key;
  }

  openToken(account: string, now: number): { token: string; expires: number } {
    const token = randomUUID();
    this.#tokens.set(token, { account, until: now + TOKEN_MS });
    return { token, expires: TOKEN_MS / 1000 };
  }

  /** Whose socket it opens; undefined when it is none, or too old. */
  accountOfToken(token: string, now: number): string | undefined {
    const known = this.#tokens.get(token);
    return known === undefined || now > known.until ? undefined : known.account;
  }
}
