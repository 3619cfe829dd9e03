import { z } from 'zod';
import { faultRuleSchema, venueNames, type FaultScript, type VenueName } from '../faults/fault-script.js';
import type { ApiReply, ApiRequest } from './venue-api.js';
import type { VenueControl } from './venue-control.js';

/** What the control routes steer. */
export interface Steered {
  readonly faults: FaultScript;
  venue(name: VenueName): VenueControl;
  venues(): readonly VenueControl[];
  advance(ms: number): void;
}

const venue = z.enum(venueNames);
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const at = { venue, symbol: z.string() };
const placed = z.strictObject({
  ...{ clientOrderId: z.string(), symbol: z.string(), side: z.enum(['buy', 'sell']), qty: decimal },
  /** Of a limit; at the market without it. */
  price: decimal.optional(),
});
const candle = z.strictObject({
  openTimeMs: z.int(),
  ...{ open: decimal, high: decimal, low: decimal, close: decimal, volume: decimal },
});

type Route = (simulator: Steered, input: unknown) => unknown;

/** What a child process is steered with: POST with a JSON body, or GET with a query. */
const routes: Readonly<Record<string, Route>> = {
  'POST /control/price': route(z.strictObject({ ...at, price: decimal }), (sim, { venue, symbol, price }) =>
    sim.venue(venue).setPrice(symbol, price),
  ),
  'POST /control/candle': route(z.strictObject({ ...at, candle }), (sim, { venue, symbol, candle }) =>
    sim.venue(venue).playCandle(symbol, candle),
  ),
  'POST /control/depth': route(z.strictObject({ ...at, qty: decimal.nullable() }), (sim, { venue, symbol, qty }) =>
    sim.venue(venue).setDepth(symbol, qty ?? undefined),
  ),
  'POST /control/deposit': route(
    z.strictObject({ venue, account: z.string(), asset: z.string(), amount: decimal }),
    (sim, { venue, account, asset, amount }) => sim.venue(venue).deposit(account, asset, amount),
  ),
  'POST /control/orders': route(
    z.strictObject({ venue, account: z.string(), orders: z.array(placed).max(1000) }),
    (sim, { venue, account, orders }) => sim.venue(venue).placeOrders(account, orders),
  ),
  'POST /control/key': route(
    z.strictObject({
      ...{ venue, account: z.string(), name: z.string().optional() },
      ...{ mayTrade: z.boolean().optional(), mayWithdraw: z.boolean().optional() },
    }),
    (sim, { venue, ...key }) => sim.venue(venue).openKey(key),
  ),
  'POST /control/faults': route(z.strictObject({ rules: z.array(faultRuleSchema).max(1000) }), (sim, { rules }) =>
    sim.faults.replace(rules),
  ),
  'GET /control/faults': (sim) => ({ fired: sim.faults.fired() }),
  'POST /control/advance': route(z.strictObject({ ms: z.int().min(0) }), (sim, { ms }) => sim.advance(ms)),
  'POST /control/clock': route(z.strictObject({ venue, skewMs: z.int() }), (sim, { venue, skewMs }) =>
    sim.venue(venue).setClockSkew(skewMs),
  ),
  'POST /control/maintenance': route(z.strictObject({ venue, forMs: z.int().min(0) }), (sim, { venue, forMs }) =>
    sim.venue(venue).setMaintenance(forMs),
  ),
  'POST /control/sockets': route(
    z.strictObject({ venue, action: z.enum(['close', 'silence']) }),
    (sim, { venue, action }) => {
      const control = sim.venue(venue);
      if (action === 'close') control.closeSockets();
      else control.silenceSockets();
    },
  ),
  'GET /control/ledger': route(z.object({ venue, account: z.string() }), (sim, { venue, account }) =>
    sim.venue(venue).ledger(account),
  ),
  'GET /control/health': (sim) => ({ venues: sim.venues().map(({ name }) => name) }),
};

function route<T>(schema: z.ZodType<T>, act: (simulator: Steered, input: T) => unknown): Route {
  return (simulator, input) => act(simulator, schema.parse(input));
}

export function answerControl(simulator: Steered, request: ApiRequest): ApiReply {
  const known = routes[`${request.method} ${request.path}`];
  if (known === undefined) {
    return { status: 404, body: { error: `route: expected one of ${Object.keys(routes).join(', ')}` } };
  }
  try {
    const input: unknown =
      request.method === 'GET' ? Object.fromEntries(new URLSearchParams(request.query)) : JSON.parse(request.body);
    return { status: 200, body: known(simulator, input) ?? {} };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { error: z.prettifyError(error) } };
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return { status: 400, body: { error: error.message } };
    }
    throw error;
  }
}
