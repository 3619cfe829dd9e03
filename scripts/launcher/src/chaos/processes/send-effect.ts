import type { Incoming, Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { ProviderTerms } from '@octant/platform/effects/decide-effect';
import { externalEffect } from '@octant/platform/effects/external-effect';
import type { EffectRequest, LookUpAnswer } from '@octant/platform/effects/provider-effect';
import { NotDoneError } from '@octant/platform/effects/not-done-error';
import type { Database } from '@octant/platform/postgres/sql';
import { systemClock } from '@octant/platform/time/system-clock';
import type { ChaosSettings } from './settings.js';

const TERMS: ProviderTerms = { name: 'chaos.order', expiryMs: 1_000, clockSkewMs: 50, flightMs: 50, leaseMs: 2_000 };
const LOOK_UP_TIMEOUT_MS = 800;

interface Confirmation {
  readonly clientId: string;
}

/** Asks the provider for the effect of a message, once, under the message's id. */
export function sendEffect(settings: ChaosSettings, database: Database) {
  const { providerUrl, name } = settings;
  return (message: Incoming<unknown>, output: Outgoing): Promise<HandlerResult> =>
    externalEffect<Confirmation>(
      { database, clock: systemClock, owner: name },
      {
        provider: TERMS,
        key: message.id,
        send: (request) => send(providerUrl, request),
        lookUp: (key) => lookUp(providerUrl, key),
        confirm: () => [output],
      },
    );
}

async function send(providerUrl: string, { key, expiresAtMs, signal }: EffectRequest): Promise<Confirmation> {
  const response = await fetch(`${providerUrl}/orders`, {
    method: 'POST',
    body: JSON.stringify({ clientId: key, expiresAtMs }),
    signal,
  });
  const text = await response.text();
  if (response.status === 200) return { clientId: key };
  if (response.status === 409) {
    throw new NotDoneError(`expected the order to be in time, was: ${text}`, { code: 'expired' });
  }
  throw new Error(`expected status 200, was ${String(response.status)}: ${text}`);
}

async function lookUp(providerUrl: string, key: string): Promise<LookUpAnswer<Confirmation>> {
  const response = await fetch(`${providerUrl}/orders/${encodeURIComponent(key)}`, {
    signal: AbortSignal.timeout(LOOK_UP_TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.status === 200) return { outcome: 'found', confirmation: { clientId: key } };
  if (response.status === 404) return { outcome: 'not_found' };
  throw new Error(`expected status 200 or 404, was ${String(response.status)}: ${text}`);
}
