import { describe, expect, it } from 'vitest';
import { tradeExecutorConfig } from '../config/agent-configs.js';
import { fillRulesOf, looksBack } from './fill-rules.js';

const rulesOf = (paper: unknown) => fillRulesOf(tradeExecutorConfig.parse({ paper }).paper);

describe('fillRulesOf', () => {
  it('takes the fee and the slippage of the short form for all', () => {
    expect(rulesOf({ fees_bps: 8, slippage_bps: 3 })).toEqual({
      makerFeesBps: 8,
      takerFeesBps: 8,
      slippage: { model: 'fixed', bps: 3 },
      latencyCandles: 0,
      maxVolumeShare: undefined,
      takeProfitFills: 'touch',
    });
  });

  it('lets each be said apart, a model without bps having those of the short form', () => {
    const paper = {
      maker_fees_bps: 1,
      taker_fees_bps: 6,
      slippage_bps: 4,
      slippage: { model: 'volume', impact_bps: 50 },
      latency_candles: 2,
      max_volume_share: 0.1,
      take_profit_fills: 'through',
    };
    expect(rulesOf(paper)).toEqual({
      makerFeesBps: 1,
      takerFeesBps: 6,
      slippage: { model: 'volume', bps: 4, impactBps: 50 },
      latencyCandles: 2,
      maxVolumeShare: 0.1,
      takeProfitFills: 'through',
    });
    expect(rulesOf({ slippage: { model: 'spread', bps: 1, range_share: 0.2 } }).slippage).toEqual({
      model: 'spread',
      bps: 1,
      rangeShare: 0.2,
    });
  });

  it('looks back at candles only where a rule needs them', () => {
    expect(looksBack(rulesOf({}))).toBe(false);
    expect(looksBack(rulesOf({ max_volume_share: 0.5 }))).toBe(true);
    expect(looksBack(rulesOf({ slippage: { model: 'spread', range_share: 0.2 } }))).toBe(true);
  });

  it.each([
    [{ slippage: { model: 'wild' } }, 'slippage.model'],
    [{ slippage: { model: 'volume' } }, 'slippage.impact_bps'],
    [{ max_volume_share: 0 }, 'max_volume_share'],
    [{ latency_candles: 0.5 }, 'latency_candles'],
    [{ take_profit_fills: 'maybe' }, 'take_profit_fills'],
  ])('names the field of %j that is wrong', (paper, field) => {
    const { error } = tradeExecutorConfig.safeParse({ paper });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([`paper.${field}`]);
  });
});
