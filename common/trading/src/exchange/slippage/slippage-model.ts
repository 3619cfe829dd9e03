import { Decimal } from '../../money/decimal.js';
import { fixedBps, type FixedSlippage } from './fixed-bps.js';
import type { SlippageCase } from './slippage-case.js';
import { spreadBps, type SpreadSlippage } from './spread-bps.js';
import { volumeBps, type VolumeSlippage } from './volume-bps.js';

/** How much worse than the price it aims at a market order fills; all in basis points of the price. */
export type SlippageModel = FixedSlippage | VolumeSlippage | SpreadSlippage;

/** Basis points, in [0, 10000): a sell never gets less than nothing. */
export function slippageBps(model: SlippageModel, fill: SlippageCase): Decimal {
  return Decimal.min(ofModel(model, fill), WORST_BPS);
}

/** Half the price: no model takes more, whatever the candle before was. */
const WORST_BPS = 5000;

function ofModel(model: SlippageModel, fill: SlippageCase): Decimal {
  switch (model.model) {
    case 'fixed':
      return fixedBps(model);
    case 'volume':
      return volumeBps(model, fill);
    case 'spread':
      return spreadBps(model, fill);
  }
}
