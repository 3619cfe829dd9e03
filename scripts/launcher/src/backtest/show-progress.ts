import { Presets, SingleBar } from 'cli-progress';
import { formatCount } from '../screen/format.js';

/** Says on standard error how far something is. */
export interface CountView {
  update(done: number, total: number): void;
  stop(): void;
}

const LINE_MS = 5000;

/** A bar on a terminal, else a line at the beginning and one every 5 s. */
export function showProgress(options: { readonly isTerminal: boolean; readonly unit: string }): CountView {
  const startedAt = performance.now();
  const perSecond = (done: number): string =>
    formatCount(done / Math.max(0.001, (performance.now() - startedAt) / 1000));
  if (options.isTerminal) return bar(options.unit, perSecond);
  let nextLineAt = startedAt + LINE_MS;
  let isAnnounced = false;
  return {
    update: (done, total) => {
      if (!isAnnounced) process.stderr.write(`Under way: ${formatCount(total)} ${options.unit}\n`);
      isAnnounced = true;
      if (performance.now() < nextLineAt) return;
      nextLineAt = performance.now() + LINE_MS;
      process.stderr.write(`  ${formatCount(done)} of ${formatCount(total)} ${options.unit}, ${perSecond(done)}/s\n`);
    },
    stop: () => undefined,
  };
}

function bar(unit: string, perSecond: (done: number) => string): CountView {
  const single = new SingleBar(
    {
      format: `  {bar} {percentage} %  {value}/{total} ${unit}  {rate}/s`,
      barsize: 30,
      // A run that is ended at once leaves the terminal as it was.
      hideCursor: false,
      clearOnComplete: true,
      gracefulExit: false,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    update: (done, total) => {
      if (!isStarted) single.start(total, done, { rate: '0' });
      isStarted = true;
      single.update(done, { rate: perSecond(done) });
    },
    stop: () => {
      if (isStarted) single.stop();
    },
  };
}
