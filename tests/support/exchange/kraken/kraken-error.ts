import type { RejectCode } from '../core/order-check.js';

/** An answer that says no: `EOrder:Unknown order`. */
export class KrakenError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KrakenError';
  }
}

const rejections: Readonly<Record<RejectCode, string>> = {
  unknown_symbol: 'EQuery:Unknown asset pair',
  no_price: 'EService:Market in cancel_only mode',
  bad_order: 'EGeneral:Invalid arguments',
  price_step: 'EOrder:Invalid price',
  qty_step: 'EGeneral:Invalid arguments:volume',
  qty_range: 'EGeneral:Invalid arguments:volume minimum not met',
  min_notional: 'EOrder:Cost minimum not met',
  insufficient_funds: 'EOrder:Insufficient funds',
  duplicate_client_id: 'EGeneral:Invalid arguments:cl_ord_id not unique',
  would_take: 'EOrder:Post only order',
  would_trigger: 'EOrder:Invalid price',
  not_open: 'EOrder:Unknown order',
};

export function rejectedBy(code: RejectCode): KrakenError {
  return new KrakenError(rejections[code]);
}
