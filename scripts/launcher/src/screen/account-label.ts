import type { ChalkInstance } from 'chalk';
import type { ScreenState } from './screen-state.js';

/** Whose money is traded, and where: `SIMULATED`, `PAPER`, or `LIVE` with the exchange. */
export function accountLabel({ overview, exchange }: Pick<ScreenState, 'overview' | 'exchange'>): string {
  if (overview === undefined) return 'STARTING';
  if (exchange === undefined) return 'ACCOUNT NOT KNOWN';
  if (exchange !== 'paper') return `LIVE ${exchange.toUpperCase()}`;
  return overview.simulated ? 'SIMULATED' : 'PAPER';
}

/** Real money looks like nothing else. */
export function paintLabel(label: string, chalk: ChalkInstance): string {
  const paint = label.startsWith('LIVE')
    ? chalk.bgRed.white
    : label === 'SIMULATED'
      ? chalk.bgYellow.black
      : chalk.bgCyan.black;
  return paint.bold(` ${label} `);
}
