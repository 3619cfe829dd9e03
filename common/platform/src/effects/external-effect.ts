import type { Failpoint } from '../bus/crash-points.js';
import type { HandlerResult } from '../bus/subscription.js';
import type { Database } from '../postgres/sql.js';
import type { Clock } from '../time/clock.js';
import { checkTerms } from './decide-effect.js';
import { EffectAttempt } from './effect-attempt.js';
import type { EffectLeases } from './effect-leases.js';
import { postgresEffectLeases } from './postgres-effect-leases.js';
import type { ExternalEffect } from './provider-effect.js';

/** What an external effect needs of its surroundings. */
export interface EffectTools {
  readonly database: Database;
  readonly clock: Clock;
  /** Who tries, for those who read the table. */
  readonly owner: string;
  /** Tests interrupt the effect here. */
  readonly failpoint?: Failpoint;
}

/**
 * Does an effect at a provider once, from within a handler: takes its lease, looks up what earlier attempts did, asks the
 * provider, and returns a result whose transaction notes the confirmation together with the messages of `confirm`. An
 * attempt that dies anywhere is followed by one that waits for the lease's end and then looks up.
 * @throws TransientError `effect_leased` (another attempt has it), `effect_lease_lost`, `effect_unknown` (nobody knows
 * yet), `effect_look_up_failed`; with `retryAfterMs` where the lease must end first. NotDoneError as `send` threw it.
 * @throws PermanentError as `send` threw it, or `needs_reconciliation`: the outcome is unknown and will stay so; it is
 * never sent again.
 */
export function externalEffect<Confirmation>(
  tools: EffectTools,
  effect: ExternalEffect<Confirmation>,
): Promise<HandlerResult> {
  return performEffect({ ...tools, leases: postgresEffectLeases(tools.database) }, effect);
}

/** `externalEffect` with the leases in a store of one's own. */
export async function performEffect<Confirmation>(
  tools: Omit<EffectTools, 'database'> & { readonly leases: EffectLeases },
  effect: ExternalEffect<Confirmation>,
): Promise<HandlerResult> {
  checkTerms(effect.provider);
  const attempt = new EffectAttempt(tools, effect);
  await tools.failpoint?.('external.before');
  const taken = await attempt.take();
  if (taken.step === 'answer') {
    return { transaction: async (sql) => (await effect.confirm?.(sql, taken.confirmation as Confirmation)) ?? [] };
  }
  await tools.failpoint?.('external.acquired');
  let known = taken.lookUp ? await attempt.lookUp() : undefined;
  if (known === undefined) {
    if (!taken.maySend) throw await attempt.giveUp('no such effect is found, and an earlier request may still arrive');
    known = await attempt.send();
    await tools.failpoint?.('external.sent');
  }
  const { confirmation, sentAtMs } = known;
  return {
    transaction: async (sql) => {
      const id = { provider: effect.provider.name, key: effect.key };
      const stored = await tools.leases.confirm(sql, id, { confirmation, sentAtMs });
      return (await effect.confirm?.(sql, stored as Confirmation)) ?? [];
    },
  };
}
