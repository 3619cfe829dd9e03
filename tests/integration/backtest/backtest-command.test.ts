import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report as reportSchema } from '@octant/trading/backtest/report';
import { hourlyCandles } from '../../support/test-candles.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const HEADER = 'timestamp,open,high,low,close,volume';

let folder = '';
let data = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-backtest-'));
  data = join(folder, 'BTC-USDT.1h.csv');
  // Neither the simulated market nor the exchange has a gap in these weeks.
  const rows = hourlyCandles('BTC-USDT', { from: '2021-05-01', count: 800 }).map(
    ({ openTimeMs, open, high, low, close, volume }) => [openTimeMs, open, high, low, close, volume].join(','),
  );
  writeFileSync(data, `${[HEADER, ...rows].join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command as a user does; `after` may send it a signal. */
function run(script: string, argv: readonly string[], after?: (child: { kill: () => void; stderr: Readable }) => void) {
  const child = spawn(process.execPath, [join(root, 'scripts', script), ...argv], { stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  after?.({ kill: () => void child.kill('SIGINT'), stderr: child.stderr });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

describe('npm run backtest', () => {
  it('prints one JSON object and nothing else, and writes an HTML file', async () => {
    const html = join(folder, 'report.html');
    const { code, stdout } = await run('backtest.js', ['--data', data, '--json', '--html', html]);
    expect(code).toBe(0);
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report.candles).toBe(800);
    expect(readFileSync(html, 'utf8')).toContain(`"finalEquityQuote":"${report.finalEquityQuote}"`);
  });

  it('shows a table with figures, costs and benchmark', async () => {
    const { code, stdout } = await run('backtest.js', ['--data', data, '--strategy', 'mean_reversion']);
    expect(code).toBe(0);
    for (const word of ['final equity', 'sharpe', 'gross profit', 'buy and hold', 'no gap'])
      expect(stdout).toContain(word);
  });

  it('ends with 2 and a reason on bad input, with nothing on standard output', async () => {
    const { code, stdout, stderr } = await run('backtest.js', ['--data', data, '--strategy', 'magic', '--json']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--strategy: expected one of');
  });

  it('ends with 130 when it is interrupted in the middle of the run', async () => {
    const long = join(folder, 'ETH-USDT.1m.csv');
    const start = Date.UTC(2021, 0, 1);
    const rows = Array.from({ length: 400_000 }, (_, index) => {
      const close = (100 + 20 * Math.sin(index / 40)).toFixed(2);
      return `${String(start + index * 60_000)},${close},${close},${close},${close},1`;
    });
    writeFileSync(long, `${HEADER}\n${rows.join('\n')}\n`);
    const { code, stdout } = await run(
      'backtest.js',
      ['--data', long, '--timeframe', '1m', '--json'],
      ({ kill, stderr }) => {
        // The first line of progress: the run is under way.
        stderr.on('data', (text: string) => {
          if (text.includes('Under way')) kill();
        });
      },
    );
    expect([code, stdout]).toEqual([130, '']);
  });
});

describe('npm run lookahead', () => {
  it('finds no difference in the shipped strategies, and says so as JSON', async () => {
    const { code, stdout } = await run('lookahead.js', ['--candles', '400', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, strategies: expect.any(Array) });
  });

  it('ends with 2 for a strategy that nobody knows', async () => {
    expect((await run('lookahead.js', ['--strategy', 'magic'])).code).toBe(2);
  });
});
