import { createHash } from 'node:crypto';

const PREFIX = 'oct';

/** An id in every venue's charset and length, a function of the order id. */
export function clientOrderIdOf(orderId: string): string {
  return `${PREFIX}${createHash('sha256').update(orderId).digest('hex').slice(0, 29)}`;
}

/** Whether a client order id is one that `clientOrderIdOf` may have made, for this desk or another. */
export function isClientOrderId(text: string): boolean {
  return text.startsWith(PREFIX);
}
