import type { OpenDatabase } from '@octant/platform/postgres/open-database';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { BookedFill, BookedOrder, Books, ToldStatus } from './ledgers.js';

const PAGE = 1000;
const status = z.object({ orderId: z.string(), state: z.string(), fillId: z.string().optional() });

/** What Postgres has of the account. */
export async function readBooks(database: OpenDatabase): Promise<Books> {
  const { rows: orders } = await database.query<BookedOrder>(
    `SELECT order_id AS "orderId", client_order_id AS "clientOrderId", state, reason, qty::text, filled_qty::text AS "filledQty",
            venue_order_id AS "venueOrderId"
     FROM orders ORDER BY order_seq`,
  );
  const { rows: fills } = await database.query<Omit<BookedFill, 'tradeId'> & { tradeId: string | null }>(
    `SELECT f.fill_id AS "fillId", f.order_id AS "orderId", v.trade_id AS "tradeId", v.symbol, v.qty::text,
            v.price::text
     FROM fills f LEFT JOIN live_venue_fills v ON v.fill_id = f.fill_id ORDER BY f.fill_seq`,
  );
  const { rows: differences } = await database.query<{ line: string }>(
    `SELECT kind || ' ' || subject || ': ' || explanation AS line FROM live_differences WHERE state = 'open' ORDER BY id`,
  );
  return {
    orders,
    fills: fills.map((fill) => ({ ...fill, tradeId: fill.tradeId ?? 'none' })),
    holdings: await readHoldings(database),
    openDifferences: differences.map(({ line }) => line),
  };
}

async function readHoldings(database: OpenDatabase): Promise<Readonly<Record<string, string>>> {
  const { rows } = await database.query<{ currency: string; amount: string }>(
    `SELECT currency, amount::text FROM live_baselines
     UNION ALL SELECT quote_currency, cash_quote::text FROM live_account
     UNION ALL SELECT split_part(symbol, '-', 1), qty::text FROM live_positions`,
  );
  const sums = new Map<string, string>();
  for (const { currency, amount } of rows) {
    const sum = parseDecimal(amount).plus(parseDecimal(sums.get(currency) ?? '0'));
    sums.set(currency, formatDecimal(sum));
  }
  return Object.fromEntries(sums);
}

/** Every entry of `exec.status`, oldest first. */
export async function readStatuses(redis: Redis, prefix: string): Promise<readonly ToldStatus[]> {
  const statuses: ToldStatus[] = [];
  for (let from = '-'; ;) {
    const entries = await redis.xrange(`${prefix}exec.status`, from, '+', 'COUNT', PAGE);
    for (const [, fields] of entries) {
      statuses.push(status.parse(JSON.parse(fields[fields.indexOf('data') + 1] ?? '{}')));
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE) return statuses;
    from = `(${last[0]}`;
  }
}
