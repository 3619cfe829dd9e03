import type { ExecStatusWord, OrderState } from '../messages/execution.js';

/**
 * Where an order may go from each state.
 * - intended: written down, not sent; or sent, and known to have done nothing.
 * - sent: on its way, no answer yet.
 * - acknowledged: resting at the exchange.
 * - partially_filled: some of it filled, the rest rests.
 * - unknown: sent, and the outcome could not be learnt; resolved by asking the exchange.
 * - filled, canceled, rejected (by the exchange), expired, denied (by the pre-trade check of venue rules): the end.
 */
const TRANSITIONS: Readonly<Record<OrderState, readonly OrderState[]>> = {
  intended: ['sent', 'acknowledged', 'denied', 'canceled', 'expired'],
  sent: ['intended', 'acknowledged', 'partially_filled', 'filled', 'canceled', 'rejected', 'expired', 'unknown'],
  acknowledged: ['partially_filled', 'filled', 'canceled', 'rejected', 'expired', 'unknown'],
  partially_filled: ['partially_filled', 'filled', 'canceled', 'expired', 'unknown'],
  unknown: ['intended', 'sent', 'acknowledged', 'partially_filled', 'filled', 'canceled', 'rejected', 'expired'],
  filled: [],
  canceled: [],
  rejected: [],
  expired: [],
  denied: [],
};

const STATUS_WORDS: Readonly<Record<OrderState, ExecStatusWord>> = {
  intended: 'pending',
  sent: 'pending',
  acknowledged: 'pending',
  partially_filled: 'pending',
  unknown: 'pending',
  filled: 'filled',
  canceled: 'rejected',
  rejected: 'rejected',
  expired: 'rejected',
  denied: 'rejected',
};

/** Whether an order may go from one state to the other. */
export function canTransition(from: OrderState, to: OrderState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Whether an order in this state never changes again. */
export function isFinalState(state: OrderState): boolean {
  return TRANSITIONS[state].length === 0;
}

/** The word of `exec.status` for a fine state; `failed` is not among them: it says that the machinery failed. */
export function statusWordOf(state: OrderState): ExecStatusWord {
  return STATUS_WORDS[state];
}
