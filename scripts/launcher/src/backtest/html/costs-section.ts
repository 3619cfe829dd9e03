import { formatAmount } from '../../screen/format.js';
import type { DetailedOutcome } from '../execute-backtest.js';
import { escapeHtml } from './escape-html.js';

/** From the gross profit to what is left. */
export function costsSection({ report, costs, benchmark }: DetailedOutcome): string {
  const net = Number(report.finalEquityQuote) - Number(report.startEquityQuote);
  const share =
    costs.shareOfGross === null ? 'no gross profit' : `${(costs.shareOfGross * 100).toFixed(1)} % of the gross profit`;
  const rows: readonly (readonly [string, string, string])[] = [
    ['Gross profit', amount(costs.grossQuote), 'before fees and slippage, open positions at the last close'],
    ['Slippage', amount(-costs.slippageQuote), 'estimate: what the fills paid against the open of their candle'],
    ['Fees', amount(-costs.feesQuote), `${report.fills} fills`],
    ['Net profit', amount(net), `costs took ${share}`],
    ['Turnover', amount(costs.turnoverQuote), 'sum of all fills'],
    ['Fees of buy and hold', amount(-benchmark.feesQuote), 'one purchase at the start'],
  ];
  const body = rows.map(
    ([name, value, note]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${escapeHtml(value)}</td><td class="quiet">${escapeHtml(note)}</td></tr>`,
  );
  return `<section aria-labelledby="h-costs"><h2 id="h-costs">Costs</h2><div class="wide"><table><tbody>${body.join('\n')}</tbody></table></div></section>`;
}

function amount(value: number): string {
  return formatAmount(value.toFixed(8)).replace('-', '−');
}
