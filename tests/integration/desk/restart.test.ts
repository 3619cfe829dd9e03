import { afterEach, describe, expect, it } from 'vitest';
import { AGENTS } from '../../../scripts/launcher/src/fleet/agents.js';
import { backtestOf, comparable } from '../../support/backtest-of.js';
import { hourlyCandles } from '../../support/test-candles.js';
import { TestFleet, type ReplayRequest } from '../../support/test-fleet.js';

let fleet: TestFleet | undefined;

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

const range = { from: '2021-05-10', count: 240 };
const series = (['BTC-USDT', 'ETH-USDT'] as const).map((symbol) => ({ symbol, candles: hourlyCandles(symbol, range) }));

const config = {
  'strategies/momentum.yaml': `name: momentum
symbols: [BTC-USDT, ETH-USDT]
lookback: 10
entry_threshold: 0.5
exit_threshold: 0
risk_profile: aggressive
`,
};

describe('a replay during which every agent is killed', () => {
  it.each(['pubsub', 'http'] as const)('gives the same trades in mode %s', async (mode) => {
    const request: ReplayRequest = { series, mode, strategy: 'momentum', timeframe: '1h' };
    const expected = backtestOf(request, config);
    expect(expected.trades.length).toBeGreaterThan(10);
    fleet = await TestFleet.start(`restart_${mode}`, config);
    const running = fleet;
    const victims = [...AGENTS];
    const every = Math.floor((range.count * series.length) / (AGENTS.length + 1));
    let next = every;
    const sessionId = await running.startReplay(request);
    const replayed = await running.awaitReport(sessionId, (candles) => {
      if (candles >= next && victims.length > 0) {
        next = candles + every;
        running.kill(victims.shift() ?? 'orchestrator');
      }
      return Promise.resolve();
    });
    expect(victims).toEqual([]);
    expect(running.deaths.length).toBeGreaterThanOrEqual(AGENTS.length);
    expect(comparable(replayed)).toEqual(comparable(expected));
  });
});
