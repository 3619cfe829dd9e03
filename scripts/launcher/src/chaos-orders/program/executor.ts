import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runAgent } from '@octant/platform/agent/run-agent';
import type { AgentDefinition } from '@octant/platform/agent/definition';
import type { PlaceOutcome, Venue, VenueOrderKind, VenueOrderRequest, VenueTicker } from '@octant/venue/venue';
import { z } from 'zod';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { BASE_PRICES, RESTING_SHARE, UNITS_A_DAY } from '../plan/market.js';

/** A word from the run: die at this point, the next time that it comes; null: at none. */
const word = z.object({ dieAt: z.string().nullable() });

/** What of the executor's build is used; the launcher knows no agent otherwise. */
interface ExecutorModule {
  readonly tradeExecutorAt: (
    openVenue: (context: unknown) => Promise<Venue>,
    failpoint: (point: string) => Promise<void> | undefined,
  ) => AgentDefinition<object>;
}
interface VenueModule {
  readonly openConfiguredVenue: (context: unknown) => Promise<Venue>;
}

const NEVER = new Promise<void>(() => undefined);
let dieAt: string | null = null;

await main();

/** The trade executor as it is shipped, which dies by SIGKILL at the crash point that it was told. */
async function main(): Promise<void> {
  process.on('message', (message) => {
    ({ dieAt } = word.parse(message));
  });
  process.channel?.unref();
  const dist = join(z.string().parse(process.env['CHAOS_ROOT']), 'agents', 'trade-executor', 'dist');
  const load = async (file: string): Promise<unknown> => import(pathToFileURL(join(dist, file)).href);
  const { tradeExecutorAt } = (await load('agent.js')) as ExecutorModule;
  const { openConfiguredVenue } = (await load('adapters/open-configured-venue.js')) as VenueModule;
  const open = async (context: unknown): Promise<Venue> => restingSome(await openConfiguredVenue(context));
  await runAgent(tradeExecutorAt(open, dieIfArmed));
}

function dieIfArmed(point: string): Promise<void> | undefined {
  if (point !== dieAt) return undefined;
  process.kill(process.pid, 'SIGKILL');
  return NEVER;
}

/** Sends a share of the market orders as limit orders beside the price, so that there is something to wait for and to cancel. */
function restingSome(venue: Venue): Venue {
  const place = (request: VenueOrderRequest): Promise<PlaceOutcome> =>
    venue.place({ ...request, kind: restingKind(request) });
  const tickers = async (symbols: readonly string[]): Promise<ReadonlyMap<string, VenueTicker>> => {
    const told = [...(await venue.tickers(symbols))];
    return new Map(told.map(([symbol, ticker]) => [symbol, { ...ticker, dayVolume: dayVolumeOf(symbol) }]));
  };
  return new Proxy(venue, {
    get: (target, name) => {
      if (name === 'place') return place;
      if (name === 'tickers') return tickers;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The simulator counts no volume; by this one orders of more than one unit are large, and go out in parts. */
function dayVolumeOf(symbol: string): string | undefined {
  const base = BASE_PRICES[symbol.split('-')[0] ?? ''];
  return base === undefined ? undefined : formatDecimal(parseDecimal(base.unitQty).times(UNITS_A_DAY));
}

function restingKind({ clientOrderId, symbol, side, kind }: VenueOrderRequest): VenueOrderKind {
  const base = BASE_PRICES[symbol.split('-')[0] ?? ''];
  const digits = Number.parseInt(clientOrderId.slice(-4), 16);
  if (kind.type !== 'market' || base === undefined || digits >= RESTING_SHARE * 0x1_0000) return kind;
  return { type: 'limit', price: side === 'buy' ? base.below : base.above, timeInForce: 'gtc', postOnly: false };
}
