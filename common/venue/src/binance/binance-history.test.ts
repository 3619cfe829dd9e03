import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BINANCE_PAGE, historySince, type HistoryPages, type HistoryRow } from './binance-history.js';

const DAY_MS = 86_400_000;
const NOW = 1_700_000_000_000;

/** A venue with these rows; of a window that has more than a page it gives the first or the last ones. */
function pagesOf(rows: readonly HistoryRow[], gives: 'first' | 'last' = 'first') {
  const asked: string[] = [];
  const pages: HistoryPages<HistoryRow> = {
    between(fromMs, toMs) {
      asked.push(`between ${String(fromMs - NOW)} and ${String(toMs - NOW)}`);
      const found = rows.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
      return Promise.resolve(gives === 'first' ? found.slice(0, BINANCE_PAGE) : found.slice(-BINANCE_PAGE));
    },
    fromId(id) {
      asked.push(`from ${id}`);
      return Promise.resolve(rows.filter((row) => BigInt(row.id) >= BigInt(id)).slice(0, BINANCE_PAGE));
    },
  };
  return { pages, asked };
}

function rowsAt(times: readonly number[]): HistoryRow[] {
  return [...times].sort((a, b) => a - b).map((atMs, index) => ({ id: String(index * 3 + 10), atMs }));
}

describe('the history since a time', () => {
  test('of a short while takes one question', async () => {
    const { pages, asked } = pagesOf(rowsAt([NOW - 5_000, NOW - 1_000]));
    expect(await historySince(pages, { sinceMs: NOW - 3_000, nowMs: NOW })).toEqual([{ id: '13', atMs: NOW - 1_000 }]);
    expect(asked).toEqual([`between -3000 and ${String(DAY_MS - 3_001)}`]);
  });

  test('of days asks for each, and of more than a month from the first row on', async () => {
    const { pages, asked } = pagesOf(rowsAt([NOW - 2.5 * DAY_MS, NOW]));
    expect(await historySince(pages, { sinceMs: NOW - 2.5 * DAY_MS, nowMs: NOW })).toHaveLength(2);
    expect(asked).toHaveLength(3);
    expect(await historySince(pages, { sinceMs: NOW - 40 * DAY_MS, nowMs: NOW })).toHaveLength(2);
    expect(asked.slice(3)).toEqual(['from 0']);
  });

  test.each(['first', 'last'] as const)('misses none where a page gives the %s rows', async (gives) => {
    const times = Array.from({ length: 3_500 }, (_, index) => NOW - 3_000 + Math.floor(index / 2));
    const rows = rowsAt([...times, ...Array.from({ length: 2_300 }, () => NOW - 4_000)]);
    const found = await historySince(pagesOf(rows, gives).pages, { sinceMs: NOW - 4_000, nowMs: NOW });
    expect(found).toEqual(rows);
  });

  test('finds what is there, each once and oldest first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 45 * DAY_MS }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 45 * DAY_MS }),
        async (agesMs, sinceAgeMs) => {
          const rows = rowsAt(agesMs.map((ageMs) => NOW - ageMs));
          const sinceMs = NOW - sinceAgeMs;
          const found = await historySince(pagesOf(rows).pages, { sinceMs, nowMs: NOW });
          expect(found).toEqual(rows.filter(({ atMs }) => atMs >= sinceMs));
        },
      ),
    );
  });

  test('does not ask for ever a venue that gives the same page', async () => {
    const page = Array.from({ length: BINANCE_PAGE }, (_, index) => ({ id: String(index), atMs: NOW }));
    const stuck: HistoryPages<HistoryRow> = {
      between: () => Promise.resolve(page),
      fromId: () => Promise.resolve(page),
    };
    await expect(historySince(stuck, { sinceMs: NOW - 40 * DAY_MS, nowMs: NOW })).rejects.toMatchObject({
      code: 'venue_unreadable',
    });
  });
});
