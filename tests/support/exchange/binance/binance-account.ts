import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../core/account.js';
import { BinanceError } from './binance-error.js';
import { BinanceParams } from './binance-params.js';

const DEFAULT_WINDOW_MS = 5000;
const MOST_WINDOW_MS = 60_000;
const AHEAD_MS = 1000;

/** The keys of a venue, and who may ask for what. */
export class BinanceKeys {
  readonly #keys = new Map<string, ApiKey>();

  add(key: ApiKey): void {
    this.#keys.set(key.key, key);
  }

  find(name: string | undefined): ApiKey | undefined {
    return name === undefined ? undefined : this.#keys.get(name);
  }

  /** @throws BinanceError when there is no such key. */
  get(name: string | undefined): ApiKey {
    if (name === undefined || !/^[\w-]+$/.test(name)) throw new BinanceError(-2014, 'API-key format invalid.', 401);
    const key = this.#keys.get(name);
    if (key === undefined) throw new BinanceError(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    return key;
  }

  /**
   * The key of a request that is signed, and comes in its time.
   * @param signed What the signature is about, and the signature.
   * @throws BinanceError otherwise.
   */
  authorize(name: string | undefined, signed: SignedText, nowMs: number): ApiKey {
    const key = this.get(name);
    const expected = createHmac('sha256', key.secret).update(signed.text).digest();
    const given = Buffer.from(signed.signature, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new BinanceError(-1022, 'Signature for this request is not valid.');
    }
    assertTimely(signed.params, nowMs);
    return key;
  }
}

export interface SignedText {
  readonly text: string;
  readonly signature: string;
  readonly params: BinanceParams;
}

/** Query and body as they were sent, without the signature, which comes last. */
export function signedTextOf(query: string, body: string): SignedText {
  const sent = query + body;
  const at = sent.search(/(^|&)signature=/);
  const params = new BinanceParams([...new URLSearchParams(query), ...new URLSearchParams(body)]);
  const text = at === -1 ? sent : sent.slice(0, at);
  return { text, signature: params.find('signature') ?? '', params };
}

/** Refuses what comes before its time or after the window that it gives itself. */
function assertTimely(params: BinanceParams, nowMs: number): void {
  const stampedMs = params.findInt('timestamp');
  if (stampedMs === undefined) {
    throw new BinanceError(-1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.");
  }
  const windowMs = params.findInt('recvWindow') ?? DEFAULT_WINDOW_MS;
  if (windowMs > MOST_WINDOW_MS) throw new BinanceError(-1131, 'recvWindow must be less than 60000.');
  if (stampedMs >= nowMs + AHEAD_MS) {
    throw new BinanceError(-1021, `Timestamp for this request was ${AHEAD_MS}ms ahead of the server's time.`);
  }
  if (nowMs - stampedMs > windowMs) {
    throw new BinanceError(-1021, 'Timestamp for this request is outside of the recvWindow.');
  }
}
