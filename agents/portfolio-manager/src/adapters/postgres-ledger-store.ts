import { TransientError } from '@octant/platform/errors/errors';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { OrderSide } from '@octant/trading/messages/envelope';
import type { Ledger } from '@octant/trading/portfolio/ledger';
import { ledgerOf, type BookedFill, type Books } from '../book/books.js';
import type { EquityPoint, LedgerStore } from './ledger-store.js';

/** The portfolio's tables in Postgres (migration 040). */
export function postgresLedgerStore(database: Database): LedgerStore {
  return {
    async open(ledger) {
      await database.query(`INSERT INTO portfolio_ledger (ledger) VALUES ($1) ON CONFLICT DO NOTHING`, [
        JSON.stringify(ledger),
      ]);
    },
    load: () => load(database),
    ledgerAt: (fillSeq) => ledgerAt(database, fillSeq),
    addFill,
    fillsAfter,
    save,
    putEquityPoint,
    async pointTimes(fromMs, toMs) {
      const text = 'SELECT at_ms FROM equity_points WHERE at_ms BETWEEN $1 AND $2';
      const { rows } = await database.query<{ at_ms: string }>(text, [fromMs, toMs]);
      return new Set(rows.map((row) => Number(row.at_ms)));
    },
    equity: (range) => readEquity(database, range),
  };
}

async function load(sql: Sql): Promise<Books> {
  const { rows } = await sql.query<{ revision: string; ledger: Ledger; waiting: number }>(
    `SELECT revision, ledger,
       (SELECT count(*) FROM portfolio_fills WHERE fill_seq > (ledger->>'lastFillSeq')::bigint)::int AS waiting
     FROM portfolio_ledger`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('expected a portfolio ledger, was none');
  return { revision: Number(row.revision), ledger: row.ledger, waiting: row.waiting };
}

async function ledgerAt(sql: Sql, fillSeq: number): Promise<Ledger> {
  const { ledger } = await load(sql);
  const fills = (await fillsAfter(sql, 0)).filter((fill) => fill.fillSeq <= fillSeq);
  return ledgerOf(ledger, fills);
}

/**
 * What a fill does to the equity at a later instant: its quantity is worth the close there, less what was paid. A symbol
 * without a close counts at the fill's price.
 */
const EFFECT = (close: string) =>
  `(CASE WHEN side = 'buy' THEN qty ELSE -qty END) * (coalesce(${close}, price) - price) - fee_quote`;

async function addFill(sql: Sql, fill: BookedFill): Promise<boolean> {
  const values = [
    fill.fillSeq,
    fill.fillId,
    fill.orderId,
    fill.symbol,
    fill.side,
    fill.qty,
    fill.price,
    fill.feeQuote,
    fill.atMs,
  ];
  const { rowCount } = await sql.query(
    `INSERT INTO portfolio_fills (fill_seq, fill_id, order_id, symbol, side, qty, price, fee_quote, at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
    values,
  );
  if (rowCount === 0) return false;
  await sql.query(
    `UPDATE equity_points SET equity_quote = equity_quote + f.effect
     FROM (SELECT p.at_ms, ${EFFECT('(p.closes->>symbol)::numeric')} AS effect
           FROM portfolio_fills, equity_points p WHERE fill_seq = $1 AND p.at_ms > $2) f
     WHERE equity_points.at_ms = f.at_ms`,
    [fill.fillSeq, fill.atMs],
  );
  return true;
}

interface FillRow {
  readonly fill_seq: string;
  readonly fill_id: string;
  readonly order_id: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
  readonly fee_quote: string;
  readonly at_ms: string;
}

async function fillsAfter(sql: Sql, fillSeq: number): Promise<readonly BookedFill[]> {
  const { rows } = await sql.query<FillRow>(
    `SELECT fill_seq, fill_id, order_id, symbol, side, qty, price, fee_quote, at_ms
     FROM portfolio_fills WHERE fill_seq > $1 ORDER BY fill_seq`,
    [fillSeq],
  );
  return rows.map((row) => ({
    fillSeq: Number(row.fill_seq),
    fillId: row.fill_id,
    orderId: row.order_id,
    symbol: row.symbol,
    side: row.side,
    qty: row.qty,
    price: row.price,
    feeQuote: row.fee_quote,
    atMs: Number(row.at_ms),
  }));
}

async function save(sql: Sql, books: Books): Promise<void> {
  const { rowCount } = await sql.query(
    `UPDATE portfolio_ledger SET revision = $1, ledger = $2, updated_at = now() WHERE revision = $1::bigint - 1`,
    [books.revision, JSON.stringify(books.ledger)],
  );
  if (rowCount !== 1) {
    throw new TransientError(`expected the books at revision ${String(books.revision - 1)}, were changed since`, {
      code: 'stale_books',
      retryAfterMs: 10,
    });
  }
  const held = Object.entries(books.ledger.positions);
  await sql.query(
    `WITH kept AS (
       INSERT INTO holdings (symbol, qty, cost_quote)
       SELECT * FROM unnest($1::text[], $2::numeric[], $3::numeric[])
       ON CONFLICT (symbol) DO UPDATE SET qty = excluded.qty, cost_quote = excluded.cost_quote, updated_at = now()
         WHERE (holdings.qty, holdings.cost_quote) IS DISTINCT FROM (excluded.qty, excluded.cost_quote)
     )
     DELETE FROM holdings WHERE symbol <> ALL ($1::text[])`,
    [
      held.map(([symbol]) => symbol),
      held.map(([, position]) => position.qty),
      held.map(([, position]) => position.costQuote),
    ],
  );
}

async function putEquityPoint(sql: Sql, point: Parameters<LedgerStore['putEquityPoint']>[1]): Promise<void> {
  await sql.query(
    `INSERT INTO equity_points (at_ms, equity_quote, closes)
     SELECT $1, $2::numeric + coalesce(sum(${EFFECT('($3::jsonb->>symbol)::numeric')}), 0), $3::jsonb
     FROM portfolio_fills WHERE at_ms < $1
     ON CONFLICT (at_ms) DO UPDATE SET equity_quote = excluded.equity_quote, closes = excluded.closes`,
    [point.atMs, point.startEquityQuote, JSON.stringify(point.closes)],
  );
}

async function readEquity(
  sql: Sql,
  range: { readonly fromMs: number | undefined; readonly toMs: number | undefined; readonly limit: number },
): Promise<readonly EquityPoint[]> {
  const { rows } = await sql.query<{ at_ms: string; equity_quote: string }>(
    `SELECT * FROM (
       SELECT at_ms, trim_scale(equity_quote)::text AS equity_quote FROM equity_points
       WHERE ($1::bigint IS NULL OR at_ms >= $1) AND ($2::bigint IS NULL OR at_ms < $2)
       ORDER BY at_ms DESC LIMIT $3
     ) newest ORDER BY at_ms`,
    [range.fromMs ?? null, range.toMs ?? null, range.limit],
  );
  return rows.map((row) => ({ atMs: Number(row.at_ms), equityQuote: row.equity_quote }));
}
