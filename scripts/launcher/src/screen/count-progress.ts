import { Presets, SingleBar } from 'cli-progress';
import { formatCount, formatDuration } from './format.js';

export interface CountProgress {
  /** `note` stands at the end of the line. */
  update(done: number, note?: string): void;
  stop(): void;
}

const LINE_MS = 5000;

/** How far a count of things is, with its rate and the time that is left: a bar on a terminal, else a line every 5 s. */
export function showCount(
  what: { readonly total: number; readonly unit: string; readonly label?: string },
  options: { readonly isTerminal: boolean; readonly say: (line: string) => void },
): CountProgress {
  const startedAt = performance.now();
  const rate = (done: number): number => done / Math.max(0.001, (performance.now() - startedAt) / 1000);
  const left = (done: number): string => (done === 0 ? '-' : formatDuration(((what.total - done) / rate(done)) * 1000));
  const label = what.label === undefined ? '' : `${what.label}  `;
  if (options.isTerminal) return bar(what, label, { rate, left });
  let nextLineAt = startedAt + LINE_MS;
  return {
    update: (done, note = '') => {
      if (performance.now() < nextLineAt) return;
      nextLineAt = performance.now() + LINE_MS;
      const amounts = `${formatCount(done)} of ${formatCount(what.total)} ${what.unit}`;
      const pace = `${formatCount(rate(done))}/s, ${left(done)} left`;
      options.say(`  ${label}${amounts}, ${pace}${note === '' ? '' : `, ${note}`}`);
    },
    stop: () => undefined,
  };
}

function bar(
  { total, unit }: { total: number; unit: string },
  label: string,
  { rate, left }: { rate: (done: number) => number; left: (done: number) => string },
): CountProgress {
  const format = `  ${label}{bar} {percentage} %  {value}/{total} ${unit}  {rate}/s  {left} left  {note}`;
  const single = new SingleBar(
    {
      format,
      barsize: 30,
      hideCursor: true,
      // Ctrl-C is the command's: it ends in good order.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  single.start(total, 0, { rate: '0', left: '-', note: '' });
  return {
    update: (done, note = '') => {
      single.update(done, { rate: formatCount(rate(done)), left: left(done), note });
    },
    stop: () => {
      single.stop();
    },
  };
}
