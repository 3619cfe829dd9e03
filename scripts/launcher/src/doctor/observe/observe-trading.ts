import { z } from 'zod';
import type { Observation, TradingFacts } from '../facts.js';
import { askJson } from './ask-http.js';
import { observe } from './observation.js';

const reconciliation = z.object({
  exchange: z.string(),
  interlock: z.object({ environment: z.boolean(), confirmedBy: z.string().nullable() }).nullable(),
  differences: z.array(z.object({ state: z.string().optional() })),
});
const guardianStatus = z.object({ phase: z.string(), idleReason: z.string().optional() });

/** Asks the executor where it trades, and whether books and exchange agree. */
export function observeTrading(url: string): Promise<Observation<TradingFacts>> {
  return observe('trade-executor', async () => {
    const { exchange, interlock, differences } = reconciliation.parse(
      (await askJson(`${url}/trade/reconciliation`)).body,
    );
    return {
      exchange,
      interlock:
        interlock === null
          ? undefined
          : { environment: interlock.environment, confirmedBy: interlock.confirmedBy ?? undefined },
      openDifferences: differences.filter(({ state }) => state === undefined || state === 'open').length,
    };
  });
}

/** Asks the guardian for its phase. */
export function observeGuardian(url: string): Promise<Observation<string>> {
  return observe('guardian', async () => guardianStatus.parse((await askJson(`${url}/guardian/status`)).body).phase);
}
