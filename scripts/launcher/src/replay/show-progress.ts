import { Presets, SingleBar } from 'cli-progress';
import { formatAmount, formatCount } from '../screen/format.js';

export interface ProgressView {
  update(done: number, equityQuote: string): void;
  stop(): void;
}

const LINE_MS = 5000;

/** A bar on a terminal, else a line every 5 s. */
export function showProgress(
  total: number,
  options: { isTerminal: boolean; say: (line: string) => void },
): ProgressView {
  const startedAt = performance.now();
  const perSecond = (done: number): string =>
    formatCount(done / Math.max(0.001, (performance.now() - startedAt) / 1000));
  if (options.isTerminal) return bar(total, perSecond);
  let nextLineAt = startedAt + LINE_MS;
  return {
    update: (done, equityQuote) => {
      if (performance.now() < nextLineAt) return;
      nextLineAt = performance.now() + LINE_MS;
      const amounts = `${formatCount(done)} of ${formatCount(total)} candles, ${perSecond(done)}/s`;
      options.say(`  ${amounts}, equity ${formatAmount(equityQuote)}`);
    },
    stop: () => undefined,
  };
}

function bar(total: number, perSecond: (done: number) => string): ProgressView {
  const single = new SingleBar(
    {
      format: '  {bar} {percentage} %  {value}/{total} candles  {rate}/s  equity {equity}',
      barsize: 30,
      hideCursor: true,
      // Ctrl-C is the launcher's: it drains before it ends.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  single.start(total, 0, { rate: '0', equity: '-' });
  return {
    update: (done, equityQuote) => {
      single.update(done, { rate: perSecond(done), equity: formatAmount(equityQuote) });
    },
    stop: () => {
      single.stop();
    },
  };
}
