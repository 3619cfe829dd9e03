const SHOWN_LINES = 8;

/** The first place where two texts differ: its line, and some lines of both; undefined when they are equal. */
export function findDifference(kept: string, made: string): string | undefined {
  if (kept === made) return undefined;
  const [before, after] = [kept.split('\n'), made.split('\n')];
  const first = before.findIndex((line, index) => line !== after[index]);
  const from = first === -1 ? before.length : first;
  const shown = (lines: readonly string[], mark: string) =>
    lines.slice(from, from + SHOWN_LINES).map((line) => `${mark} ${line}`);
  const lines = [...shown(before, '-'), ...shown(after, '+')].join('\n');
  return `They differ from line ${String(from + 1)} on (- the file, + the code):\n${lines}`;
}
