import { writeFileSync } from 'node:fs';
import { Chalk, type ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { CHECKOUT, configFolder } from '../backtest/config-folder.js';
import { exitCodeOf } from '../backtest/exit-code.js';
import { benchFiles } from '../bench/cycle/bench-home.js';
import { InterruptedError, Interruption } from '../interruption.js';
import { formatCount } from '../screen/format.js';
import { findFreeRow } from '../servers/free-port.js';
import { parseParityFlags, type ParityFlags } from './command-line.js';
import { replayInProcess } from './replay-process.js';
import { runParity, type ParityReport } from './run-parity.js';

const AGENTS = 8;
/** What a replay prints now and then while it goes on. */
const PROGRESS_LINE = /candles, .*\/s/;

/** `npm run parity`. Resolves to the exit code: 0 all equal, 1 a difference, 2 bad input, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  return exitCodeOf(() => parity(parseParityFlags(argv)));
}

async function parity(flags: ParityFlags): Promise<number> {
  const interruption = new Interruption(() => undefined);
  const { signal } = interruption;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const { home } = benchFiles(CHECKOUT, 'parity');
    const basePort = await findFreeRow(AGENTS);
    const onLine = (line: string): void => {
      if (PROGRESS_LINE.test(line)) say(line);
    };
    const report = await runParity(flags, {
      configSource: configFolder(),
      home,
      replay: (request) => replayInProcess({ ...request, root: CHECKOUT, home, basePort, signal, onLine }),
      say,
    });
    const text = `${JSON.stringify(report, null, 2)}\n`;
    if (typeof flags.json === 'string') writeFileSync(flags.json, text);
    process.stdout.write(flags.json === true ? text : `${renderParity(report, new Chalk())}\n`);
    return report.ok ? 0 : 1;
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    interruption.close();
  }
}

/** The matrix as a table, one row a strategy and mode. */
export function renderParity(report: ParityReport, chalk: ChalkInstance): string {
  const head = ['strategy', 'mode', 'candles', 'fills', 'final equity', 'replay'];
  const table = new Table({
    head: head.map((name) => chalk.dim(name)),
    style: { head: [], border: [], compact: true },
  });
  for (const { strategy, mode, candles, fills, finalEquityQuote, difference } of report.rows) {
    const word =
      difference === undefined
        ? chalk.green('equal')
        : chalk.red(`${difference.path}: expected ${show(difference.expected)}, was ${show(difference.was)}`);
    table.push([strategy, mode, formatCount(candles), formatCount(fills), finalEquityQuote, word]);
  }
  const verdict = report.ok ? 'Backtest and replay are equal to the last digit.' : chalk.red('They differ.');
  return `${table.toString()}\n${verdict}`;
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
