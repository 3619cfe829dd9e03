import type { Incoming, StateEntry, StateReader } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { OperationRequest } from '@octant/platform/http/operation';
import type { Sql } from '@octant/platform/postgres/sql';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { openLedger } from '@octant/trading/portfolio/ledger';
import { anInstrument, someInstruments } from '@octant/trading/testing/an-instrument';
import { BooksCache } from '../book/books-cache.js';
import type { PortfolioDesk } from '../book/desk.js';
import { Marks } from '../book/marks.js';
import type { PortfolioSettings } from '../config.js';
import { MemoryLedgerStore } from './memory-ledger-store.js';

/** 2024-01-01T00:00Z. */
export const START_MS = Date.UTC(2024, 0, 1);
export const HOUR_MS = 3_600_000;

/** Versioned values in memory. */
export class MemoryState implements StateReader {
  readonly #entries = new Map<string, StateEntry<unknown>>();

  read<Value>(key: string): Promise<StateEntry<Value>> {
    const entry = this.#entries.get(key) ?? { version: 0, value: undefined };
    return Promise.resolve(entry as StateEntry<Value>);
  }

  /** Writes as the bus does: all or nothing, on the versions that were read. */
  write(writes: NonNullable<HandlerResult['state']>): boolean {
    const stale = writes.some(({ key, expectedVersion }) => (this.#entries.get(key)?.version ?? 0) !== expectedVersion);
    if (stale) return false;
    for (const { key, expectedVersion, value } of writes)
      this.#entries.set(key, { version: expectedVersion + 1, value });
    return true;
  }
}

export interface DeskUnderTest extends PortfolioDesk {
  readonly clock: VirtualClock;
  readonly state: MemoryState;
  /** Does with a handler's result what the bus does when all goes well; whether its state was current. */
  readonly commit: (result: HandlerResult) => Promise<boolean>;
}

/** A desk in memory with 1000 in cash, orders of at most 400, and an aggressive strategy `bold`. */
export async function aDesk(settings: Partial<PortfolioSettings> = {}): Promise<DeskUnderTest> {
  const clock = new VirtualClock(START_MS);
  const store = new MemoryLedgerStore();
  await store.open(openLedger('1000', START_MS));
  const books = new BooksCache(() => store.load(), clock);
  await books.current();
  const state = new MemoryState();
  return {
    store,
    books,
    clock,
    state,
    marks: new Marks(state),
    settings: () => ({
      instruments: someInstruments(anInstrument(), anInstrument({ symbol: 'ETH-USDT' })),
      limits: { maxOrderQuote: '400', maxPositionQuote: '2000' },
      cashBufferRatio: 0,
      feesBps: 0,
      riskProfiles: new Map([['bold', 'aggressive']]),
      targets: {},
      thresholdRatio: 0.05,
      startEquityQuote: '1000',
      ...settings,
    }),
    commit: async (result) => {
      if (!state.write(result.state ?? [])) return false;
      await result.transaction?.(undefined as unknown as Sql);
      result.onCommitted?.();
      return true;
    },
  };
}

export function incoming<Payload>(payload: Payload): Incoming<Payload> {
  return { id: 'm1', stream: 'test', entryId: '1-0', payload, traceId: 't', deliveries: 1 };
}

export function aRequest(body: unknown, fields: Partial<OperationRequest> = {}): OperationRequest {
  return {
    params: {},
    query: {},
    body,
    identity: { kind: 'service', name: 'test' },
    requestId: 'http-1',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    idempotencyKey: undefined,
    ...fields,
  };
}
