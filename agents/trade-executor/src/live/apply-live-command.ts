import type { HandlerResult } from '@octant/platform/bus/subscription';
import { canceledReason, type HaltState } from '../account/account.js';
import type { HaltOrUnhalt } from '../account/apply-halt.js';
import type { SessionEnd } from '../account/cancel-session.js';
import { inPublishingOrder, progressMessage } from '../account/order-messages.js';
import { requestCancels } from './cancel-orders.js';
import { inHandler } from './in-handler.js';
import { stampOf, type LiveDesk } from './live-desk.js';

const SESSION_ENDED = 'session_ended: no candle of its feed will come';

/**
 * Halts or unhalts the account at the exchange; a halt asks for the cancellation of the resting buys. Answered with
 * `exec.progress` at once: no new exposure is taken from here on, and the cancels are durable. A command that is older than
 * the one in force changes nothing.
 */
export function applyLiveHalt(desk: LiveDesk, command: HaltOrUnhalt, key: string): HandlerResult {
  const halt: HaltState = {
    haltVersion: command.haltVersion,
    halted: command.type === 'halt',
    reason: command.type === 'halt' ? (command.reason ?? null) : null,
  };
  return inHandler(desk, async (work, said) => {
    const account = await work.live.lockAccount();
    const isNewer = halt.haltVersion > account.halt.haltVersion;
    if (isNewer) await work.live.saveHalt(halt);
    if (isNewer && halt.halted) {
      const orders = await work.live.lockOpenOrders({ side: 'buy' });
      await requestCancels(desk, work, { orders, reason: canceledReason(halt) });
    }
    const haltVersion = isNewer ? halt.haltVersion : account.halt.haltVersion;
    const { traceId } = command;
    return inPublishingOrder(said, progressMessage({ type: 'halt', haltVersion, traceId, ts: stampOf(desk).ts }, key));
  });
}

/** Asks for the cancellation of the open orders of a session that has ended; exits stay, for they only reduce. */
export function cancelLiveSession(desk: LiveDesk, { sessionId }: SessionEnd): HandlerResult {
  return inHandler(desk, async (work, said) => {
    await work.live.lockAccount();
    const orders = (await work.live.lockOpenOrders({ sessionId })).filter(({ exitOf }) => exitOf === undefined);
    await requestCancels(desk, work, { orders, reason: SESSION_ENDED });
    return inPublishingOrder(said, undefined);
  });
}
