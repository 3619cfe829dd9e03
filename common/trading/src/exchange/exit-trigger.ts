import { Decimal, parseDecimal } from '../money/decimal.js';
import type { FillRules } from './fill-rules.js';
import type { ExitKind } from './paper-exchange.js';
import { isNew, stopLevelOf, targetLevelOf, type RestingExits } from './resting-exits.js';

/** An exit that sells, and the price that it sells at before slippage; a `target` has none. */
export interface ExitTrigger {
  readonly kind: ExitKind;
  readonly price: Decimal;
}

interface TriggerRules {
  readonly tickSize: Decimal;
  readonly takeProfitFills: FillRules['takeProfitFills'];
}

/**
 * What a candle's open triggers, all at the open: a market exit that had not sold all, a stop that the open is at or
 * below, a time stop, a take-profit that the open is beyond; the worst first.
 */
export function exitAtOpen(
  exits: RestingExits,
  candle: { readonly open: string; readonly openTimeMs: number },
  rules: TriggerRules,
): ExitTrigger | undefined {
  const { openTimeMs } = candle;
  const { sold, timeStopMs } = exits;
  if (!isNew(exits, openTimeMs) || sold?.atMs === openTimeMs) return undefined;
  const price = parseDecimal(candle.open);
  if (sold !== undefined && isMarketExit(sold.kind)) return { kind: sold.kind, price };
  const stop = stopLevelOf(exits);
  if (stop !== undefined && price.lte(stop.level)) return { kind: stop.kind, price };
  if (timeStopMs !== undefined && openTimeMs >= timeStopMs) return { kind: 'time', price };
  return reachesTarget(exits, price, rules) ? { kind: 'target', price } : undefined;
}

/**
 * What a closed candle triggers after its open: a stop at its level; else a take-profit at its limit. Which of two levels
 * inside a candle came first nobody knows: the stop did, the worse for the desk. The trailing level is of the candles
 * before: this candle's own high may have come after its low.
 */
export function exitInside(
  exits: RestingExits,
  candle: { readonly open: string; readonly high: string; readonly low: string; readonly openTimeMs: number },
  rules: TriggerRules,
): ExitTrigger | undefined {
  const { sold } = exits;
  if (!isNew(exits, candle.openTimeMs) || (sold !== undefined && isMarketExit(sold.kind))) return undefined;
  const stop = stopLevelOf(exits);
  if (stop !== undefined && parseDecimal(candle.low).lte(stop.level)) {
    return { kind: stop.kind, price: Decimal.min(stop.level, parseDecimal(candle.open)) };
  }
  const target = targetLevelOf(exits, rules.tickSize);
  if (target === undefined || sold?.atMs === candle.openTimeMs) return undefined;
  return reachesTarget(exits, parseDecimal(candle.high), rules) ? { kind: 'target', price: target } : undefined;
}

function reachesTarget(exits: RestingExits, price: Decimal, { tickSize, takeProfitFills }: TriggerRules): boolean {
  const target = targetLevelOf(exits, tickSize);
  if (target === undefined) return false;
  return takeProfitFills === 'touch' ? price.gte(target) : price.gt(target);
}

/** A stop that has triggered is a market order: what it could not sell it sells at the next opens, whatever the price. */
function isMarketExit(kind: ExitKind): boolean {
  return kind !== 'target';
}
