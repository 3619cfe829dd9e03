import { fillRulesOf, type FillRules } from '@octant/trading/exchange/fill-rules';
import type { BacktestPlan } from '../plan-backtest.js';
import type { FinerUse } from '@octant/trading/backtest/finer-candles';
import { formatCount, formatTime } from '../../screen/format.js';
import { describeFinerUse } from '../render-backtest.js';
import { escapeHtml } from './escape-html.js';

/** What was run on what, and what that assumes. */
export function runSection({ input, files, warmup }: BacktestPlan, finerUse: FinerUse | undefined): string {
  const rules = fillRulesOf(input.executor.paper);
  const assumptions = [
    'A signal comes at the close of a candle; its order fills at the open of the next one, never in the same candle.',
    `Fees ${rules.takerFeesBps} bps of each market order's and stop's fill, ${rules.makerFeesBps} bps of a take-profit's; ${slippageText(rules)}, prices rounded to the tick against the desk.`,
    `Stops and take-profits fill inside the candle, the worst first; a take-profit fills once the price ${rules.takeProfitFills === 'touch' ? 'touches it' : 'trades beyond it'}.`,
    ...(finerUse === undefined ? [] : [`${describeFinerUse(finerUse)}.`]),
    ...delayTexts(rules),
    'Sizes, risk rules, daily target and loss limit are those of the live desk, from its configuration.',
    'Spot and long only: there is no funding and no borrowing. Positions still open at the end are marked at the last close.',
    `The first ${warmup} candles only warm the indicators. A candle that is absent is not made up: orders wait for the next one.`,
    'Buy and hold splits the start equity evenly over the symbols at their first open, with the same fees and slippage.',
  ];
  const rows = files.map((file) => {
    const gaps = file.gaps === 0 ? 'none' : `${formatCount(file.gaps)} (${formatCount(file.missing)} candles absent)`;
    return `<tr><td>${escapeHtml(file.name)}<br><span class="hash quiet">sha256 ${file.sha256}</span></td><td>${escapeHtml(file.symbol)}</td><td class="number">${formatCount(file.candles)}</td><td>${formatTime(file.firstOpenMs)} to ${formatTime(file.lastOpenMs)}</td><td>${gaps}</td></tr>`;
  });
  return `<section aria-labelledby="h-run"><h2 id="h-run">The run</h2>
<div class="wide"><table><thead><tr><th scope="col">File</th><th scope="col">Symbol</th><th scope="col" class="number">Candles</th><th scope="col">Open times, UTC</th><th scope="col">Gaps</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>
<h3 class="apart">Assumptions</h3><ul class="plain">${assumptions.map((text) => `<li>${escapeHtml(text)}</li>`).join('\n')}</ul>
<h3 class="apart">Strategy</h3><pre tabindex="0">${escapeHtml(JSON.stringify(input.strategy, null, 2))}</pre></section>`;
}

function slippageText({ slippage }: FillRules): string {
  switch (slippage.model) {
    case 'fixed':
      return `slippage ${slippage.bps} bps of the price against the desk`;
    case 'volume':
      return `slippage ${slippage.bps} bps of the price and up to ${slippage.impactBps} more by the share of the last candle's volume`;
    case 'spread':
      return `slippage ${slippage.bps} bps of the price and ${slippage.rangeShare} of the last candle's range`;
  }
}

function delayTexts({ latencyCandles, maxVolumeShare }: FillRules): string[] {
  const texts: string[] = [];
  if (latencyCandles > 0) texts.push(`An order waits ${latencyCandles} more candles before it can fill.`);
  if (maxVolumeShare !== undefined) {
    texts.push(`An order takes at most ${maxVolumeShare * 100} % of a candle's volume and fills in parts.`);
  }
  return texts;
}
