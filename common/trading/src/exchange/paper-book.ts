import type { Position } from '../portfolio/position.js';
import type { PaperOrder } from './paper-exchange.js';
import type { RestingExits } from './resting-exits.js';

/** The account at the paper exchange, and what rests there. */
export interface PaperBook<Order extends PaperOrder = PaperOrder> {
  readonly cash: string;
  readonly positions: Readonly<Record<string, Position>>;
  /** In any order. */
  readonly orders: readonly Order[];
  /** In the order of `inRestingOrder`. */
  readonly exits: readonly RestingExits<Order>[];
}
