import type { ApiKey } from '../core/account.js';
import type { MatchingEngine } from '../core/matching-engine.js';
import type { SimFill } from '../core/sim-order.js';
import type { EndpointKind, VenueName } from '../faults/fault-script.js';
import type { EventSocket } from './event-socket.js';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface ApiReply {
  readonly status: number;
  /** Sent as JSON, a text as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why a venue gives no proper answer; `unavailable` does not say whether it did what was asked. */
export type Trouble = 'refused' | 'unavailable' | 'rate_limited' | 'banned' | 'maintenance';

/** One venue as it is spoken to over HTTP and sockets. */
export interface VenueApi {
  readonly name: VenueName;
  readonly engine: MatchingEngine;
  serves(path: string): boolean;
  kindOf(request: ApiRequest): EndpointKind;
  /** Whose key it carries; whether it is signed rightly is another question. */
  accountOf(request: ApiRequest): string | undefined;
  answer(request: ApiRequest): ApiReply;
  /** `forMs`: how long it stays so. */
  troubleReply(trouble: Trouble, details: { status?: number | undefined; forMs: number }): ApiReply;
  openSocket(path: string, socket: EventSocket): void;
  /** Sockets that hear of an account's events. */
  watchers(): number;
  addKey(key: ApiKey): void;
  /** As the venue prints ids. */
  orderIdOf(id: number): string;
  tradeIdOf(fill: SimFill): string;
  /** Takes note that time has passed. */
  tick(): void;
}
