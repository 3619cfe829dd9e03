import { unreadable } from '../reply-fields.js';

/** Rows of one answer at most. */
export const BINANCE_PAGE = 1000;
const DAY_MS = 86_400_000;
/** Beyond it the account's first row is fewer questions away than the day. */
const MOST_DAYS = 30;

export interface HistoryRow {
  /** Whole number, rising. */
  readonly id: string;
  readonly atMs: number;
}

/** Two ways to ask for rows; each gives at most a page. */
export interface HistoryPages<Row extends HistoryRow> {
  /** Both ends included, at most a day apart. */
  between(fromMs: number, toMs: number): Promise<readonly Row[]>;
  /** Those with that id or a higher one, lowest first. */
  fromId(id: string): Promise<readonly Row[]>;
}

/** All rows at or after `sinceMs`, oldest first, each once. */
export async function historySince<Row extends HistoryRow>(
  pages: HistoryPages<Row>,
  range: { readonly sinceMs: number; readonly nowMs: number },
): Promise<Row[]> {
  const { sinceMs, nowMs } = range;
  const rows = new Map<string, Row>();
  const keep = (found: readonly Row[]): void => {
    for (const row of found) rows.set(row.id, row);
  };
  if (nowMs - sinceMs > MOST_DAYS * DAY_MS) await forward(pages, '0', keep);
  else {
    for (let fromMs = sinceMs; fromMs <= nowMs || fromMs === sinceMs; fromMs += DAY_MS) {
      await within(pages, { fromMs, toMs: fromMs + DAY_MS - 1 }, keep);
    }
  }
  return [...rows.values()].filter(({ atMs }) => atMs >= sinceMs).sort(byAge);
}

/** A full page may lack rows at either end: halves are asked for until they are not full. */
async function within<Row extends HistoryRow>(
  pages: HistoryPages<Row>,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  keep: (found: readonly Row[]) => void,
): Promise<void> {
  const found = await pages.between(fromMs, toMs);
  keep(found);
  if (found.length < BINANCE_PAGE) return;
  if (fromMs >= toMs) {
    // A page of rows in one millisecond; which ones it lacks cannot be told.
    await forward(pages, '0', keep);
    return;
  }
  const middleMs = Math.floor((fromMs + toMs) / 2);
  await within(pages, { fromMs, toMs: middleMs }, keep);
  await within(pages, { fromMs: middleMs + 1, toMs }, keep);
}

async function forward<Row extends HistoryRow>(
  pages: HistoryPages<Row>,
  firstId: string,
  keep: (found: readonly Row[]) => void,
): Promise<void> {
  for (let next = BigInt(firstId); ;) {
    const found = await pages.fromId(String(next));
    keep(found);
    if (found.length < BINANCE_PAGE) return;
    const after = found.reduce((highest, { id }) => maxOf(highest, BigInt(id)), -1n) + 1n;
    if (after <= next) throw unreadable(`a page from id ${String(next)}: expected higher ids, was none`);
    next = after;
  }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function byAge(a: HistoryRow, b: HistoryRow): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}
