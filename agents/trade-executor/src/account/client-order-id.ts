import { createHash } from 'node:crypto';

/** An id in every venue's charset and length, a function of the order id. */
export function clientOrderIdOf(orderId: string): string {
  return `oct${createHash('sha256').update(orderId).digest('hex').slice(0, 29)}`;
}
