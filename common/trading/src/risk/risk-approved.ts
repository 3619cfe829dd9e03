import type { z } from 'zod';
import type { riskApproval } from '../messages/execution.js';
import type { RiskResponse } from '../messages/risk.js';
import { parseDecimal } from '../money/decimal.js';

/** Proof that the risk rules let an order pass, or (`standing`) that it only lowers exposure. */
export type RiskApproval = z.infer<typeof riskApproval>;

declare const approved: unique symbol;

/**
 * An order that carries its approval. Only this file makes one, and sending an order needs one, so a forgotten check
 * does not compile.
 */
export type RiskApproved<Order> = Order & { readonly approval: RiskApproval; readonly [approved]: true };

/** The approval in a response of the risk manager, or undefined when it refuses. */
export function findApproval(response: Pick<RiskResponse, 'requestId' | 'ok' | 'riskScore'>): RiskApproval | undefined {
  return response.ok ? { requestId: response.requestId, riskScore: response.riskScore } : undefined;
}

/**
 * Joins an order and the approval that was given for it.
 *
 * @throws RangeError when the approval is another request's.
 */
export function approveOrder<Order extends { readonly requestId: string }>(
  order: Order,
  approval: RiskApproval,
): RiskApproved<Order> {
  if (order.requestId !== approval.requestId) {
    throw new RangeError(`expected the approval of request ${order.requestId}, was that of ${approval.requestId}`);
  }
  return branded(order, approval);
}

/**
 * Gives an order that only lowers exposure its standing approval: it needs no request.
 *
 * @throws RangeError when it is no sell up to the position.
 */
export function approveReducing<
  Order extends { readonly requestId: string; readonly side: string; readonly qty: string },
>(order: Order, positionQty: string): RiskApproved<Order> {
  if (order.side !== 'sell' || parseDecimal(order.qty).gt(parseDecimal(positionQty))) {
    const found = `${order.side} of ${order.qty}`;
    throw new RangeError(`expected a reducing order, a sell up to the position of ${positionQty}, was a ${found}`);
  }
  return branded(order, { requestId: order.requestId, riskScore: 0, standing: true });
}

function branded<Order>(order: Order, approval: RiskApproval): RiskApproved<Order> {
  return { ...order, approval } as RiskApproved<Order>;
}
