import type { ApiKey } from '../core/account.js';
import type { MarketBook } from '../core/market-book.js';
import type { MatchingEngine } from '../core/matching-engine.js';
import type { SimOrder } from '../core/sim-order.js';
import type { EndpointKind } from '../faults/fault-script.js';
import type { KrakenCounters } from './kraken-limits.js';
import { KrakenError } from './kraken-error.js';
import type { KrakenKeys } from './kraken-keys.js';
import { idOfTxid, namesOf } from './kraken-names.js';

/** The parameters of a request, as text whatever they came as. */
export class KrakenParams {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Iterable<readonly [string, string]>) {
    this.#values = new Map(values);
  }

  find(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === '' ? undefined : value;
  }

  get(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new KrakenError(`EGeneral:Invalid arguments:${name}`);
    return value;
  }

  isTrue(name: string): boolean {
    return /^true$/i.test(this.find(name) ?? '');
  }

  findNumber(name: string): number | undefined {
    const text = this.find(name);
    if (text === undefined) return undefined;
    if (!/^\d+(\.\d+)?$/.test(text)) throw new KrakenError(`EGeneral:Invalid arguments:${name}`);
    return Number(text);
  }
}

export interface KrakenCall {
  readonly engine: MatchingEngine;
  readonly params: KrakenParams;
  readonly nowMs: number;
}

export interface PrivateCall extends KrakenCall {
  readonly key: ApiKey;
  readonly keys: KrakenKeys;
  readonly counters: KrakenCounters;
  readonly deadMan: DeadMan;
  readonly timerNow: number;
}

/** Cancels an account's orders when it does not say in time that it lives. */
export interface DeadMan {
  /** Undefined ends it; in timer ms. */
  set(account: string, at: number | undefined): void;
}

interface EndpointBase {
  readonly kind: EndpointKind;
  /** What it adds to the counter of calls. */
  readonly cost: number;
}

export type KrakenEndpoint =
  | (EndpointBase & { readonly security: 'none'; readonly answer: (call: KrakenCall) => unknown })
  | (EndpointBase & { readonly security: 'read' | 'trade'; readonly answer: (call: PrivateCall) => unknown });

/** @throws KrakenError when there is no such pair. */
export function bookNamed(engine: MatchingEngine, name: string): MarketBook {
  const book = engine.books().find(({ market }) => namesOf(market).includes(name));
  if (book === undefined) throw new KrakenError('EQuery:Unknown asset pair');
  return book;
}

/** Of the parameters `txid` or `cl_ord_id`; undefined where the account has no such order. */
export function findNamedOrder({ engine, params, key }: PrivateCall): SimOrder | undefined {
  const clientOrderId = params.find('cl_ord_id');
  if (clientOrderId !== undefined) return engine.records.findByClientId(key.account, clientOrderId);
  const id = idOfTxid('O', params.get('txid'));
  return id === undefined ? undefined : engine.records.findOrder(key.account, id);
}
