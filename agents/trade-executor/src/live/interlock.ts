import type { Identified } from '@octant/platform/bus/encode-message';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import { traceOf } from './difference-messages.js';
import { stampOf, type LiveDesk } from './live-desk.js';

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

/** Says at the start what is at stake, or what is missing: in the log, and as a notice to people. */
export async function announceInterlock(desk: LiveDesk, { environment, confirmedBy }: Interlock): Promise<void> {
  const exchange = desk.venue.id;
  const isOpen = environment && confirmedBy !== undefined;
  const text = isOpen
    ? `LIVE TRADING: orders go to ${exchange} and move real money`
    : `LIVE TRADING IS LOCKED, only reducing orders are sent: ${desk.gate.refusal('') ?? 'not confirmed'}`;
  if (isOpen) desk.logger.warn({ exchange, confirmedBy }, text);
  else desk.logger.error({ exchange, environment, confirmedBy }, text);
  const notice = noticeOf(desk, { text, isOpen });
  await desk.store.transact((live) => live.publish([notice], traceOf(notice.id)));
  desk.announce([notice]);
}

/** One a start: the process says it, whoever else has said it before. */
function noticeOf(desk: LiveDesk, { text, isOpen }: { readonly text: string; readonly isOpen: boolean }): Identified {
  const { exchange, ts } = stampOf(desk);
  const type = isOpen ? 'live_trading' : 'live_trading_locked';
  const id = `${type}:${exchange}:${desk.owner}`;
  const payload: NotifyEvent = {
    type,
    severity: 'critical',
    message: text.slice(0, 4000),
    context: { exchange },
    traceId: traceOf(id),
    ts,
  };
  return { stream: 'notify.events', type, id: `${type}:${exchange}:${desk.owner}`, payload };
}
