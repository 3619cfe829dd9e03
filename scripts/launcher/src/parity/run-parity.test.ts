import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '@octant/trading/backtest/report';
import { runBacktest } from '@octant/trading/backtest/run-backtest';
import { configFolder } from '../backtest/config-folder.js';
import { planBacktest } from '../backtest/plan-backtest.js';
import { parseParityFlags } from './command-line.js';
import { runParity, type ReplayRequest } from './run-parity.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'octant-parity-'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Stands for the eight agents: what the backtest of the same files gives, changed by the test. */
async function replayOf(
  { files, symbols, strategy }: ReplayRequest,
  change: (report: Report) => Report,
): Promise<Report> {
  const { input } = await planBacktest({ data: files, symbol: symbols, timeframe: '1h', strategy }, configFolder());
  return change({ ...runBacktest(input), wallMs: 5, duplicatesSuppressed: 3 });
}

function parity(argv: readonly string[], change: (report: Report) => Report = (report) => report) {
  const modes: string[] = [];
  const result = runParity(parseParityFlags(argv), {
    configSource: configFolder(),
    home,
    say: () => undefined,
    replay: (request) => {
      modes.push(request.mode);
      return replayOf(request, change);
    },
  });
  return result.then((report) => ({ ...report, modes }));
}

describe('the parity check', () => {
  it('finds a strategy equal in all three modes, wall time and answered redeliveries left out', async () => {
    const { ok, rows, modes } = await parity(['--candles', '600', '--strategies', 'momentum']);
    expect(ok).toBe(true);
    expect(modes).toEqual(['http', 'pubsub', 'hybrid']);
    expect(rows.map(({ strategy, candles, difference }) => [strategy, candles, difference])).toEqual(
      Array(3).fill(['momentum', 600, undefined]),
    );
    expect(rows[0]?.fills).toBeGreaterThan(0);
  });

  it('names the first difference, in the last digit of one trade', async () => {
    const { ok, rows } = await parity(
      ['--candles', '600', '--strategies', 'momentum', '--modes', 'http'],
      (report) => ({
        ...report,
        trades: report.trades.map((trade, index) =>
          index === 1 ? { ...trade, feeQuote: `${trade.feeQuote}1` } : trade,
        ),
      }),
    );
    expect(ok).toBe(false);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.difference?.path).toBe('trades[1].feeQuote');
    expect(rows[0]?.difference?.was).toBe(`${String(rows[0]?.difference?.expected)}1`);
  });

  it.each([
    [['--modes', 'smoke'], 'expected http, pubsub, hybrid, was "smoke"'],
    [['--symbol', 'BTC-USDT'], '--symbol: expected only together with --data FILE'],
    [['--candles', '5'], 'expected a whole number from 100'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseParityFlags(argv)).toThrow(message);
  });
});
