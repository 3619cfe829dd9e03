import type { CandleAuditReport, CandleFindings } from '@octant/trading/market/audit-candles';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { formatCount, formatTime } from '../screen/format.js';

export interface VerifiedCandles {
  /** The file, or source, symbol and timeframe. */
  readonly what: string;
  readonly timeframe: TimeframeName;
  readonly report: CandleAuditReport;
  readonly ok: boolean;
}

const WORDS = {
  unreadable: 'lines that cannot be read',
  misaligned: 'times off the grid',
  backwards: 'times that go backwards',
  duplicate: 'times that are there again',
  unsound: 'prices or volumes that cannot be',
  wrongTimeframe: 'another timeframe',
  gap: 'gaps',
  zeroVolumeRun: 'runs without volume',
  outlier: 'outliers',
} as const;

/** What an audit found, for people: a line, and the first findings of each kind. */
export function renderAudit({ what, timeframe, report, ok }: VerifiedCandles): string {
  const { candles, firstOpenTimeMs, lastOpenTimeMs, missing, zeroVolume } = report;
  const range =
    firstOpenTimeMs === null || lastOpenTimeMs === null
      ? ''
      : `, ${formatTime(firstOpenTimeMs)} to ${formatTime(lastOpenTimeMs)}`;
  const counts = `${formatCount(missing)} missing, ${formatCount(zeroVolume)} without volume`;
  const verdict = ok ? 'sound' : 'UNSOUND';
  const line = `${what}: ${verdict}: ${formatCount(candles)} ${timeframe} candles${range}, ${counts}`;
  const all: Readonly<Record<string, CandleFindings>> = { ...report.faults, ...report.remarks };
  const kinds = (Object.keys(WORDS) as (keyof typeof WORDS)[]).flatMap((kind) =>
    renderFindings(WORDS[kind], all[kind] ?? { count: 0, first: [] }),
  );
  return [line, ...kinds].join('\n');
}

function renderFindings(words: string, { count, first }: CandleFindings): readonly string[] {
  if (count === 0) return [];
  const lines = first.map(({ line, openTimeMs, reason }) => {
    const at = [
      ...(line === null ? [] : [`line ${line}`]),
      ...(openTimeMs === null ? [] : [formatTime(openTimeMs)]),
    ].join(', ');
    return `    ${at === '' ? '' : `${at}: `}${reason}`;
  });
  const rest = count > first.length && first.length > 0 ? [`    and ${formatCount(count - first.length)} more`] : [];
  return [`  ${words}: ${formatCount(count)}`, ...lines, ...rest];
}
