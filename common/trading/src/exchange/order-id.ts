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
