import { z } from 'zod';
import { amountField, idField, timeField } from '../reply-fields.js';

/** Parts of the venue's answers that are read here; orders and fills have a file of their own. */
export const rows = z.array(z.unknown());
export const listReply = z.object({
  orderListId: z.int().min(0),
  orders: z.array(z.object({ orderId: idField })).min(1),
});
export const placedList = z.object({ orderListId: z.int().min(0), orderReports: rows.min(1) });
export const infoOf = z.object({ info: z.unknown() });
export const canceled = z.object({ status: z.enum(['CANCELED', 'PENDING_CANCEL']) });
export const time = z.object({ serverTime: timeField });
export const restrictions = z.object({
  enableSpotAndMarginTrading: z.boolean().optional(),
  enableWithdrawals: z.boolean().optional(),
});
export const account = z.object({
  canTrade: z.boolean().optional(),
  balances: z.array(z.object({ asset: z.string().min(1).max(20), free: amountField, locked: amountField })),
});
