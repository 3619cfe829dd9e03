import { parseArgs } from 'node:util';
import { z } from 'zod';
import { venueNames } from './faults/fault-script.js';
import { PriceWalk } from './price-walk.js';
import { ExchangeSimulator } from './server/exchange-simulator.js';

const startPrices: Readonly<Record<string, string>> = { BTC: '60000', ETH: '3000', SOL: '150' };
const demoBalances: Readonly<Record<string, string>> = {
  BTC: '1',
  ETH: '10',
  SOL: '100',
  USD: '100000',
  USDT: '100000',
};

const argumentsSchema = z.strictObject({
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  host: z.string().default('127.0.0.1'),
  seed: z.string().default('1'),
  venue: z.enum([...venueNames, 'both']).default('both'),
  limits: z.enum(['venue', 'off']).default('venue'),
  /** Moves prices at random every so many ms; 0 leaves them to the control routes. */
  'walk-ms': z.coerce.number().int().min(0).default(0),
  /** Minutes that they are walked through before it begins. */
  'history-minutes': z.coerce.number().int().min(0).max(100_000).default(0),
});

await main(process.argv.slice(2));

/** Prints one line of JSON: where it listens, and the keys of a funded account at each venue, one of them for a guardian. */
async function main(args: readonly string[]): Promise<void> {
  const given = readArguments(args);
  if (given === undefined) return;
  const { port, host, seed, venue, limits, 'walk-ms': walkMs, 'history-minutes': minutes } = given;
  const venues = venue === 'both' ? venueNames : [venue];
  const simulator = await ExchangeSimulator.open({ port, host, seed, venues, limits });
  const keys = simulator.venues().map((control) => {
    for (const { market } of control.engine.books()) {
      const price = startPrices[market.base];
      if (price !== undefined) control.setPrice(market.symbol, price);
    }
    for (const [asset, amount] of Object.entries(demoBalances)) control.deposit('demo', asset, amount);
    const guardian = control.openKey({ account: 'demo', name: 'guardian' });
    return [control.name, { account: 'demo', ...control.openKey({ account: 'demo' }), guardian }];
  });
  const walks = simulator.venues().map((control) => new PriceWalk(control, seed));
  const step = (atMs: number) => {
    for (const walk of walks) walk.step(atMs);
  };
  for (let ago = minutes; ago > 0; ago -= 1) step(Date.now() - ago * 60_000);
  const walking = walkMs === 0 ? undefined : setInterval(() => step(Date.now()), walkMs);
  const stop = () => {
    clearInterval(walking);
    void simulator.close();
  };
  for (const end of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(end, stop);
  process.stdout.write(
    `${JSON.stringify({ port: simulator.port, url: simulator.url, keys: Object.fromEntries(keys) })}\n`,
  );
}

/** Undefined, with the reason told and the exit code set, when they are wrong. */
function readArguments(args: readonly string[]): z.infer<typeof argumentsSchema> | undefined {
  const option = { type: 'string' } as const;
  const options = {
    port: option,
    host: option,
    seed: option,
    venue: option,
    limits: option,
    'walk-ms': option,
    'history-minutes': option,
  };
  try {
    return argumentsSchema.parse({ ...parseArgs({ args: [...args], options }).values });
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    process.stderr.write(`${reason}\n`);
    process.exitCode = 2;
    return undefined;
  }
}
