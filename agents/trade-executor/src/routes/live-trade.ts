import { PermanentError } from '@octant/platform/errors/errors';
import type { OperationRequest, Operations } from '@octant/platform/http/operation';
import { resolveSymbol, UnknownSymbolError } from '@octant/trading/market/symbol';
import { acceptDifference, cancelAll, confirmLive, flatten, type AdminRequest } from '../live/admin-commands.js';
import type { Difference } from '../live/difference.js';
import type { LiveMachine } from '../live/live-machine.js';
import type { ReconciliationRun } from '../live/reconcile.js';

/** What is left of an order id's 128 characters for a flatten's key. */
const LONGEST_KEY = 64;
const SHOWN = 200;

/** The comparison with the exchange, and what an admin can do about it. */
export function liveTradeRoutes(machine: LiveMachine): Operations {
  const { desk } = machine;
  return {
    getReconciliation: async () => {
      const interlock = await machine.checkInterlock();
      const differences = await desk.store.differences({ open: false, limit: SHOWN });
      const symbols = [...desk.instruments().keys()];
      const { lastRun } = machine;
      return {
        status: 200,
        body: {
          exchange: desk.venue.id,
          interlock: {
            configured: interlock.configured,
            environment: interlock.environment,
            confirmedBy: interlock.confirmedBy ?? null,
            confirmedAt: isoOf(interlock.confirmedAtMs),
          },
          lastRun: lastRun === undefined ? null : runView(lastRun),
          symbols: symbols.map((symbol) => ({ symbol, onlyReducing: desk.gate.refusal(symbol) ?? null })),
          differences: differences.map(differenceView),
        },
      };
    },
    acceptReconciliation: async (request) => {
      const answer = await acceptDifference(desk, adminOf(request), Number(request.params['id']));
      await machine.reconcile().catch((error: unknown) => {
        desk.logger.warn({ err: error }, 'the exchange could not be compared again after an accepted difference');
      });
      return { status: 200, body: answer };
    },
    cancelAllOrders: async (request) => ({ status: 200, body: await cancelAll(desk, adminOf(request)) }),
    flattenPositions: async (request) => {
      const { symbols = [] } = (request.body ?? {}) as { symbols?: readonly string[] };
      const listed = [...desk.instruments().keys()];
      const answer = await flatten(
        desk,
        adminOf(request),
        symbols.map((text) => canonical(text, listed)),
      );
      desk.signals.cancel();
      return { status: 202, body: answer };
    },
    confirmLiveTrading: async (request) => {
      const { exchange } = request.body as { exchange: string };
      const answer = await confirmLive(desk, adminOf(request), exchange);
      const { environment } = await machine.checkInterlock();
      return { status: 200, body: { ...answer, unlocked: environment } };
    },
  };
}

/** On the paper account there is nothing to compare with, and nothing to confirm. */
export function paperTradeRoutes(): Operations {
  const notLive = () => {
    throw new PermanentError('expected an exchange in agents/trade-executor.yaml (binance, kraken), was paper', {
      code: 'not_live',
      status: 409,
    });
  };
  return {
    getReconciliation: () => ({
      status: 200,
      body: { exchange: 'paper', interlock: null, lastRun: null, symbols: [], differences: [] },
    }),
    acceptReconciliation: notLive,
    cancelAllOrders: notLive,
    flattenPositions: notLive,
    confirmLiveTrading: notLive,
  };
}

function adminOf({ idempotencyKey, identity, requestId, traceId }: OperationRequest): AdminRequest {
  const key = idempotencyKey ?? requestId;
  if (key.length > LONGEST_KEY) {
    throw new PermanentError(
      `expected an Idempotency-Key of at most ${String(LONGEST_KEY)} characters, was ${String(key.length)}`,
      { code: 'bad_idempotency_key' },
    );
  }
  return { key, actor: identity.name, requestId, traceId };
}

function canonical(text: string, markets: readonly string[]): string {
  try {
    return resolveSymbol(text, markets);
  } catch (error) {
    if (!(error instanceof UnknownSymbolError)) throw error;
    throw new PermanentError(`symbols: ${error.message}`, { code: 'unknown_symbol', cause: error });
  }
}

function runView({ startedAtMs, ...run }: ReconciliationRun) {
  return { startedAt: isoOf(startedAtMs), ...run };
}

function differenceView(difference: Difference) {
  const { foundAtMs, resolvedAtMs, resolvedBy, ...fields } = difference;
  return { ...fields, foundAt: isoOf(foundAtMs), resolvedAt: isoOf(resolvedAtMs), resolvedBy: resolvedBy ?? null };
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
