import type { RejectCode } from '../core/order-check.js';

/** An answer that says no. */
export class BinanceError extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.name = 'BinanceError';
    this.code = code;
    this.status = status;
  }
}

const rejections: Readonly<Record<RejectCode, readonly [code: number, message: string]>> = {
  unknown_symbol: [-1121, 'Invalid symbol.'],
  no_price: [-2010, 'Market is closed.'],
  bad_order: [-1128, 'Combination of optional parameters invalid.'],
  price_step: [-1013, 'Filter failure: PRICE_FILTER'],
  qty_step: [-1013, 'Filter failure: LOT_SIZE'],
  qty_range: [-1013, 'Filter failure: LOT_SIZE'],
  min_notional: [-1013, 'Filter failure: NOTIONAL'],
  insufficient_funds: [-2010, 'Account has insufficient balance for requested action.'],
  duplicate_client_id: [-2010, 'Duplicate order sent.'],
  would_take: [-2010, 'Order would immediately match and take.'],
  would_trigger: [-2010, 'Order would trigger immediately.'],
  not_open: [-2011, 'Unknown order sent.'],
};

export function rejectedBy(code: RejectCode): BinanceError {
  return new BinanceError(...rejections[code]);
}
