import type { Incoming, Outgoing } from '@octant/platform/bus/message';
import type { Publisher, PublishReceipt } from '@octant/platform/agent/definition';
import type { OperationRequest } from '@octant/platform/http/operation';
import type { Clock } from '@octant/platform/time/clock';
import type { Sql } from '@octant/platform/postgres/sql';
import type { RiskPolicy } from '@octant/trading/risk/risk-policy';
import type { HaltStore } from '../adapters/halt-store.js';
import type { HaltState } from '../halt-state.js';

/** 2024-01-01T01:00:01Z, for ever. */
export const stillClock: Clock = {
  now: () => 1_704_070_801_000,
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};

export const aPolicy: RiskPolicy = {
  maxPositionQuote: '20000',
  maxOrderQuote: '1000',
  maxDailyLossRatio: 0.02,
  minConfidence: 0.6,
  tradingWindows: [],
};

/** The halt table in memory. */
export class MemoryHalts implements HaltStore {
  kept: HaltState | undefined;

  find(): Promise<HaltState | undefined> {
    return Promise.resolve(this.kept);
  }

  keep(_sql: Sql, state: HaltState): Promise<void> {
    if (state.haltVersion > (this.kept?.haltVersion ?? 0)) this.kept = state;
    return Promise.resolve();
  }
}

/** Keeps what was published, once per stream and id, as the bus does. */
export class MemoryBus implements Publisher {
  readonly messages: (Outgoing & { readonly id: string })[] = [];

  publish(message: Outgoing & { readonly id: string }): Promise<PublishReceipt> {
    const duplicate = this.messages.some(({ stream, id }) => stream === message.stream && id === message.id);
    if (!duplicate) this.messages.push(message);
    return Promise.resolve({ entryId: '1-0', duplicate, durability: 'memory' });
  }

  async commit(change: Parameters<Publisher['commit']>[0]): Promise<'ok' | 'stale'> {
    for (const message of change.messages) await this.publish(message);
    return 'ok';
  }
}

export function anIncoming<Payload>(stream: string, payload: Payload): Incoming<Payload> {
  return { id: 'm1', stream, entryId: '1-0', payload, traceId: '0af7651916cd43dd8448eb211c80319c', deliveries: 1 };
}

export function aPost(body: unknown, fields: Partial<OperationRequest> = {}): OperationRequest {
  return {
    params: {},
    query: {},
    body,
    identity: { kind: 'service', name: 'orchestrator' },
    requestId: 'http-1',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    idempotencyKey: undefined,
    ...fields,
  };
}
