import { createHash } from 'node:crypto';
import pg from 'pg';
import { makeDeskSchema, type BenchServers } from '../bus/bench-servers.js';
import type { BenchSheet } from '../result.js';
import type { BenchOptions } from '../run-benchmark.js';
import { LiveExecutor, SCHEMA, type ExecutorSetup } from './live-executor.js';
import { SimulatedExchange, type OrderToPlace } from './simulated-exchange.js';

interface KnownOrder extends OrderToPlace {
  readonly orderId: string;
  readonly venueOrderId: string;
}

/** One in so many rests open at the exchange; the others have filled. */
const OPEN_EVERY = 10;
const TURNS = [
  { base: 'BTC', qty: '0.0001', low: '55000' },
  { base: 'ETH', qty: '0.002', low: '2800' },
  { base: 'SOL', qty: '0.05', low: '140' },
];
const PATIENCE_MS = 600_000;

/**
 * How long one comparison of so many orders takes, at an exchange and with books of their own: first where nobody has told
 * of any fill, so that all have to be booked; then, by a process that has just started, where everything is equal.
 */
export async function measureComparison(
  options: BenchOptions,
  sheet: BenchSheet,
  { servers, venue, count }: Pick<ExecutorSetup, 'servers' | 'venue'> & { readonly count: number },
): Promise<void> {
  const { root, say } = options;
  await makeDeskSchema(servers, root, SCHEMA);
  const exchange = await SimulatedExchange.open(options, venue);
  const orders = ordersFor(venue, count);
  const ids = await exchange.place(orders);
  const known = orders.map((order, index) => ({ ...order, venueOrderId: ids[index] ?? '' }));
  await writeDown(servers, venue, known);
  for (const what of ['every fill missed', 'all equal']) {
    say(`comparing ${count} orders, ${what}`);
    const executor = await LiveExecutor.open(options, { servers, exchange, venue, patienceMs: PATIENCE_MS });
    const run = await executor.lastComparison();
    if (run.orders < count || run.differences > 0) {
      throw new Error(`expected ${count} orders without a difference, was ${JSON.stringify(run)}`);
    }
    sheet.add(`comparison of ${count} orders, ${what}`, 's', run.tookMs / 1000);
    await executor.stop();
  }
}

function ordersFor(venue: 'binance' | 'kraken', count: number): Omit<KnownOrder, 'venueOrderId'>[] {
  return Array.from({ length: count }, (_none, index) => {
    const turn = TURNS[index % TURNS.length];
    if (turn === undefined) throw new Error('expected a turn');
    const symbol = `${turn.base}-${venue === 'kraken' ? 'USD' : 'USDT'}`;
    const orderId = `bench.${symbol}.${index}.0`;
    const price = index % OPEN_EVERY === 0 ? turn.low : undefined;
    return { orderId, clientOrderId: clientOrderIdOf(orderId), symbol, side: 'buy', qty: turn.qty, price };
  });
}

/** Both exchanges take 32 hexadecimal digits; the books know the order by it, however it was made. */
function clientOrderIdOf(orderId: string): string {
  return createHash('sha256').update(orderId).digest('hex').slice(0, 32);
}

/** As the executor leaves orders that the exchange has acknowledged. */
async function writeDown(servers: BenchServers, venue: string, orders: readonly KnownOrder[]): Promise<void> {
  const client = new pg.Client({ connectionString: servers.databaseUrl, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query(
      `INSERT INTO ${SCHEMA}.orders (order_id, client_order_id, session_id, request_id, symbol, side, qty, reference_price,
         not_before_ms, halt_version, exchange, simulated, state, trace_id, kind, reserve_price, attempts, venue_order_id,
         venue_state)
       SELECT o."orderId", o."clientOrderId", 'bench', o."orderId", o.symbol, o.side, o.qty, 1, 0, 0, $1, false,
         'acknowledged', '0af7651916cd43dd8448eb211c80319c', o.kind, coalesce(o.price, 0), 1, o."venueOrderId", 'open'
       FROM json_to_recordset($2::json) AS o ("orderId" text, "clientOrderId" text, symbol text, side text, qty numeric,
         price numeric, kind jsonb, "venueOrderId" text)`,
      [venue, JSON.stringify(orders.map((order) => ({ ...order, kind: kindOf(order) })))],
    );
  } finally {
    await client.end();
  }
}

function kindOf({ price }: OrderToPlace): Record<string, unknown> {
  return price === undefined ? { type: 'market' } : { type: 'limit', price, timeInForce: 'gtc', postOnly: false };
}
