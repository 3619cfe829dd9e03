import type { TradeExecutorConfig } from '../config/agent-configs.js';
import type { SlippageModel } from './slippage/slippage-model.js';

/** How the paper exchange fills; see docs/paper-exchange.md. */
export interface FillRules {
  /** Take-profits. Basis points of the notional, as the next. */
  readonly makerFeesBps: number;
  /** Market orders, stops and time stops. */
  readonly takerFeesBps: number;
  readonly slippage: SlippageModel;
  /** An order fills no earlier than so many candles after the first that it could have filled in. */
  readonly latencyCandles: number;
  /** Most of a candle's volume that one order fills in it, a share in (0, 1]; no limit when absent. */
  readonly maxVolumeShare?: number | undefined;
  /** Whether a take-profit fills when the price touches it, or only once it trades beyond. */
  readonly takeProfitFills: 'touch' | 'through';
}

/** The rules of `paper` in `config/agents/trade-executor.yaml`, with `fees_bps` and `slippage_bps` for what is not said. */
export function fillRulesOf(paper: TradeExecutorConfig['paper']): FillRules {
  return {
    makerFeesBps: paper.maker_fees_bps ?? paper.fees_bps,
    takerFeesBps: paper.taker_fees_bps ?? paper.fees_bps,
    slippage: slippageOf(paper),
    latencyCandles: paper.latency_candles,
    maxVolumeShare: paper.max_volume_share,
    takeProfitFills: paper.take_profit_fills,
  };
}

/** Whether fills depend on the candle before, which then has to be known. */
export function looksBack({ slippage, maxVolumeShare }: FillRules): boolean {
  return slippage.model !== 'fixed' || maxVolumeShare !== undefined;
}

function slippageOf({ slippage, slippage_bps: bps }: TradeExecutorConfig['paper']): SlippageModel {
  switch (slippage?.model) {
    case undefined:
      return { model: 'fixed', bps };
    case 'fixed':
      return { model: 'fixed', bps: slippage.bps ?? bps };
    case 'volume':
      return { model: 'volume', bps: slippage.bps ?? bps, impactBps: slippage.impact_bps };
    case 'spread':
      return { model: 'spread', bps: slippage.bps ?? bps, rangeShare: slippage.range_share };
  }
}
