import { editDistance } from '../market/edit-distance.js';
import { ADX } from './adx.js';
import { ATR } from './atr.js';
import { BOLLINGER } from './bollinger.js';
import { CCI } from './cci.js';
import { DONCHIAN } from './donchian.js';
import { EMA } from './ema.js';
import type { IndicatorDefinition } from './indicator-definition.js';
import { KELTNER } from './keltner.js';
import { LOG_RETURN } from './log-return.js';
import { MACD } from './macd.js';
import { SMA } from './moving-average.js';
import { OBV } from './obv.js';
import { ROC } from './rate-of-change.js';
import { REALISED_VOLATILITY } from './realised-volatility.js';
import { ROLLING_VWAP } from './rolling-vwap.js';
import { RSI } from './rsi.js';
import { VWAP } from './session-vwap.js';
import { STANDARD_DEVIATION } from './standard-deviation.js';
import { STOCHASTIC } from './stochastic.js';
import { SUPERTREND } from './supertrend.js';
import { WMA } from './wma.js';
import { Z_SCORE } from './z-score.js';

const DEFINITIONS: readonly IndicatorDefinition[] = [
  SMA,
  EMA,
  WMA,
  RSI,
  MACD,
  BOLLINGER,
  ATR,
  ADX,
  DONCHIAN,
  KELTNER,
  STOCHASTIC,
  CCI,
  OBV,
  VWAP,
  ROLLING_VWAP,
  Z_SCORE,
  ROC,
  LOG_RETURN,
  STANDARD_DEVIATION,
  REALISED_VOLATILITY,
  SUPERTREND,
];

/** The indicators that rule strategies can name, by their name in YAML, in the order of the documentation. */
export const INDICATORS: ReadonlyMap<string, IndicatorDefinition> = new Map(
  DEFINITIONS.map((definition) => [definition.name, definition]),
);

/** The indicator of that name in YAML; @throws RangeError naming the known ones and the nearest. */
export function getIndicator(name: string): IndicatorDefinition {
  const found = INDICATORS.get(name);
  if (found !== undefined) return found;
  const known = [...INDICATORS.keys()];
  const nearest = known.reduce((best, other) => (editDistance(name, other) < editDistance(name, best) ? other : best));
  throw new RangeError(
    `indicator: expected one of ${known.join(', ')}, was ${JSON.stringify(name)}; the nearest is ${nearest}`,
  );
}
