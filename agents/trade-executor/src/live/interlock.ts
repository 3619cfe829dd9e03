import type { LiveDesk } from './live-desk.js';

export interface Interlock {
  /** The configuration names the exchange; without that there is no live machine at all. */
  readonly configured: true;
  /** `OCTANT_LIVE` names the same exchange. */
  readonly environment: boolean;
  readonly confirmedBy: string | undefined;
  readonly confirmedAtMs: number | undefined;
}

/**
 * Whether real money may be traded: the YAML, the environment and an admin must all say so, each naming the exchange. Until
 * then the desk only reduces, and says so loudly.
 */
export async function checkInterlock(desk: LiveDesk, liveVariable: string | undefined): Promise<Interlock> {
  const { confirmedBy, confirmedAtMs } = await desk.store.loadAccount();
  const environment = liveVariable === desk.venue.id;
  const missing = [
    ...(environment ? [] : [`OCTANT_LIVE=${desk.venue.id} (was ${liveVariable ?? 'not set'})`]),
    ...(confirmedAtMs === undefined
      ? [`an admin's POST /admin/trade/live/confirm {"exchange":"${desk.venue.id}"}`]
      : []),
  ];
  if (missing.length === 0) desk.gate.open('interlock');
  else desk.gate.close('interlock', `live trading at ${desk.venue.id} needs ${missing.join(' and ')}`);
  return { configured: true, environment, confirmedBy, confirmedAtMs };
}

/** Says at the start what is at stake, or what is missing. */
export function announceInterlock(desk: LiveDesk, { environment, confirmedBy }: Interlock): void {
  const exchange = desk.venue.id;
  if (environment && confirmedBy !== undefined) {
    desk.logger.warn({ exchange, confirmedBy }, `LIVE TRADING: orders go to ${exchange} and move real money`);
    return;
  }
  desk.logger.error(
    { exchange, environment, confirmedBy },
    `LIVE TRADING IS LOCKED: ${desk.gate.refusal('') ?? 'not confirmed'}; only reducing orders are sent`,
  );
}
