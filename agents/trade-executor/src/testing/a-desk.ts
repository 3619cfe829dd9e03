import type { Incoming, Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Sql } from '@octant/platform/postgres/sql';
import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { tradeExecutorConfig } from '@octant/trading/config/agent-configs';
import type { FillRules } from '@octant/trading/exchange/fill-rules';
import type { ExecOrder } from '@octant/trading/messages/execution';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import { someRules } from '@octant/trading/testing/an-exchange';
import { anInstrument, someInstruments } from '@octant/trading/testing/an-instrument';
import { Registry } from 'prom-client';
import { AccountCache } from '../account/account-cache.js';
import { AnsweredSteps } from '../account/answered-steps.js';
import type { ExecDesk } from '../account/desk.js';
import { LastPrices } from '../account/last-prices.js';
import { liveSettingsOf } from '../live/live-settings.js';
import { executorMetrics } from '../metrics.js';
import { MemoryAccountStore } from './memory-account-store.js';

/** 2024-01-01T01:00Z, the close that the tests' orders were decided at. */
export const CLOSE_MS = 1_704_070_800_000;
export const HOUR_MS = 3_600_000;

/** A desk in memory with 1000 in cash, fees of 10 basis points and no slippage, but for what `rules` say. */
export async function aDesk(rules: Partial<FillRules> = {}): Promise<ExecDesk & { readonly registry: Registry }> {
  const store = new MemoryAccountStore();
  await store.open('1000');
  const cache = new AccountCache(() => store.load());
  await cache.current();
  const registry = new Registry();
  return {
    store,
    cache,
    answered: new AnsweredSteps(),
    prices: new LastPrices(),
    registry,
    metrics: executorMetrics(registry, 'paper'),
    clock: new VirtualClock(CLOSE_MS),
    settings: () => ({
      exchange: 'paper',
      live: liveSettingsOf(tradeExecutorConfig.parse({}).live),
      datasource: undefined,
      fillRules: someRules({ slippage: { model: 'fixed', bps: 0 }, ...rules }),
      instruments: someInstruments(anInstrument(), anInstrument({ symbol: 'ETH-USDT' })),
      startEquityQuote: '1000',
    }),
  };
}

/** Does with a handler's result what the bus does when all goes well; its messages. */
export async function commit(result: HandlerResult): Promise<readonly Outgoing[]> {
  const outputs = (await result.transaction?.(undefined as unknown as Sql)) ?? [];
  result.onCommitted?.();
  return [...(result.messages ?? []), ...outputs];
}

export function incoming<Payload>(payload: Payload, fields: Partial<Incoming<Payload>> = {}): Incoming<Payload> {
  return { id: 'm1', stream: 'test', entryId: '1-0', payload, traceId: 't', deliveries: 1, ...fields };
}

export function anExecOrder(fields: Partial<ExecOrder> = {}): ExecOrder {
  const requestId = fields.requestId ?? 's1.BTC-USDT.1';
  return {
    orderId: `${requestId}.0`,
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    type: 'market',
    requestId,
    sessionId: 's1',
    timeframe: '1h',
    referencePrice: '100',
    notBeforeMs: CLOSE_MS,
    haltVersion: 0,
    approval: { requestId, riskScore: 0.1 },
    traceId: 'trace-of-the-order',
    ts: new Date(CLOSE_MS).toISOString(),
    ...fields,
  };
}

/** The step that opens when the tests' orders were decided. */
export function aStep(fields: Partial<MarketCandles> = {}, open = '100'): MarketCandles {
  const openTimeMs = fields.openTimeMs ?? CLOSE_MS;
  return {
    type: 'candles',
    source: 'replay',
    sessionId: 's1',
    timeframe: '1h',
    closed: true,
    openTimeMs,
    closeTimeMs: openTimeMs + HOUR_MS,
    candles: [{ symbol: 'BTC-USDT', open, high: '1000', low: '1', close: open, volume: '1' }],
    simulated: false,
    traceId: 'trace-of-the-step',
    ts: new Date(openTimeMs).toISOString(),
    ...fields,
  };
}
