import { describe, expect, it } from 'vitest';
import { decimalColumnsOf } from '@octant/trading/market/candle-columns';
import { aBacktest, simulatedCandles } from '@octant/trading/testing/a-backtest';
import { executeBacktest } from '../execute-backtest.js';
import type { BacktestPlan } from '../plan-backtest.js';
import { renderHtml } from './render-html.js';

const HOSTILE = '</script><img src=x onerror="alert(1)">&\u2028';

function aPlan(candles: number, name = 'momentum'): BacktestPlan {
  const series = [{ symbol: 'BTC-USDT', columns: decimalColumnsOf(simulatedCandles('BTC-USDT', candles)) }];
  const input = aBacktest();
  return {
    input: { ...input, series, finer: undefined, strategy: { ...input.strategy, kind: 'momentum', name } },
    warmup: 21,
    files: [
      {
        name: `${name}.csv`,
        symbol: 'BTC-USDT',
        sha256: 'ab'.repeat(32),
        candles,
        firstOpenMs: 0,
        lastOpenMs: 1,
        gaps: 2,
        missing: 3,
      },
    ],
  };
}

function htmlOf(plan: BacktestPlan) {
  const outcome = executeBacktest(plan, { profile: 'octant' });
  return { outcome, html: renderHtml(outcome, { plan, profile: 'octant' }) };
}

function embedded(html: string, id: string): unknown {
  const text = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, 's').exec(html)?.[1];
  return JSON.parse(text ?? 'null');
}

describe('the HTML report', () => {
  it('carries exactly the report, and shows its figures', () => {
    const { outcome, html } = htmlOf(aPlan(1500));
    const { report } = outcome;
    expect(embedded(html, 'report')).toEqual(report);
    expect(report.trades.length).toBeGreaterThan(20);
    const sharpe = /data-figure="sharpe">([^<]*)</.exec(html)?.[1];
    expect(sharpe?.replace('−', '-')).toBe(report.statistics.sharpe.value?.toFixed(3));
    expect(html).toContain(report.finalEquityQuote.replace(/(\.\d\d).*/, '$1').replace(/\B(?=(\d{3})+\.)/g, ','));
  });

  it('draws a course that ends at the final equity and the buy and hold beside it', () => {
    const { outcome, html } = htmlOf(aPlan(1500));
    const course = embedded(html, 'course') as { equity: number[]; benchmark: number[]; drawdown: number[] };
    expect(course.equity.at(-1)).toBeCloseTo(Number(outcome.report.finalEquityQuote), 4);
    expect(course.benchmark.at(-1)).toBeCloseTo(outcome.benchmark.finalEquityQuote, 4);
    expect(Math.min(...course.drawdown)).toBeCloseTo(-outcome.report.maxDrawdownRatio, 8);
  });

  it('asks for nothing outside itself, and its policy forbids it', () => {
    const { html } = htmlOf(aPlan(200));
    expect(html).not.toMatch(/https?:|\/\/[a-z]+\.|<link|<iframe|@import|url\(|\ssrc=/i);
    expect(html).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-`);
  });

  it('shows a hostile name as text', () => {
    const { html } = htmlOf(aPlan(200, HOSTILE));
    expect(html).not.toContain('<img');
    expect(html.match(/<\/script>/g)).toHaveLength(4);
    expect(html).toContain('&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;');
  });

  it('has a heading for each part, in one main', () => {
    const { html } = htmlOf(aPlan(200));
    expect([...html.matchAll(/<h2 [^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual([
      'Equity and drawdown',
      'Trades on the candles',
      'Monthly returns',
      'Distribution of returns',
      'Statistics',
      'Costs',
      'Exposure',
      'The run',
    ]);
  });

  it('says so when nothing was traded', () => {
    const { html } = htmlOf(aPlan(22));
    expect(html).toContain('The strategy never traded: there is nothing to judge.');
  });
});
