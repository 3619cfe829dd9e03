/** `<sessionId>.<symbol>.<closeTimeMs>`: one decision a session, symbol and candle. */
export function requestIdOf(cause: {
  readonly sessionId: string;
  readonly symbol: string;
  readonly closeTimeMs: number;
}): string {
  return `${cause.sessionId}.${cause.symbol}.${String(cause.closeTimeMs)}`;
}

/** `<requestId>.0`: the decision's only leg. */
export function orderIdOf(requestId: string): string {
  return `${requestId}.0`;
}

/** `<orderId>.f<fillNumber>`; fill numbers count from 1 within the order. */
export function fillIdOf(orderId: string, fillNumber: number): string {
  return `${orderId}.f${String(fillNumber)}`;
}

/** The order id without its session, so that reports of two sessions compare; ids of other origin stay as they are. */
export function withoutSession(orderId: string, sessionId: string): string {
  const prefix = `${sessionId}.`;
  return orderId.startsWith(prefix) ? orderId.slice(prefix.length) : orderId;
}

/** `<entry's order id>.stop`, `.trail`, `.target` or `.time`: the order that an exit of its position is. */
export function exitOrderIdOf(entryId: string, kind: 'stop' | 'trail' | 'target' | 'time'): string {
  return `${entryId}.${kind}`;
}

/** Whether an id ends like that of an exit: no other order may have such a one. */
export function isExitOrderId(orderId: string): boolean {
  return /\.(stop|trail|target|time)$/.test(orderId);
}
