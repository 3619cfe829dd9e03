import { showCount } from '../screen/count-progress.js';
import { formatAmount } from '../screen/format.js';

export interface ProgressView {
  update(done: number, equityQuote: string): void;
  stop(): void;
}

/** A bar on a terminal, else a line every 5 s. */
export function showProgress(
  total: number,
  options: { isTerminal: boolean; say: (line: string) => void },
): ProgressView {
  const progress = showCount({ total, unit: 'candles' }, options);
  return {
    update: (done, equityQuote) => {
      progress.update(done, `equity ${formatAmount(equityQuote)}`);
    },
    stop: () => {
      progress.stop();
    },
  };
}
