import { createHash } from 'node:crypto';

/** The id of an order of the paper account, a function of the order id. */
export function clientOrderIdOf(orderId: string): string {
  return `oct${createHash('sha256').update(orderId).digest('hex').slice(0, 29)}`;
}
