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
});

await main(process.argv.slice(2));

/** Prints one line of JSON: where it listens, and the keys of a funded account at each venue. */
async function main(args: readonly string[]): Promise<void> {
  const given = readArguments(args);
  if (given === undefined) return;
  const { port, host, seed, venue, limits, 'walk-ms': walkMs } = given;
  const venues = venue === 'both' ? venueNames : [venue];
  const simulator = await ExchangeSimulator.open({ port, host, seed, venues, limits });
  const keys = simulator.venues().map((control) => {
    for (const { market } of control.engine.books()) {
      const price = startPrices[market.base];
      if (price !== undefined) control.setPrice(market.symbol, price);
    }
    for (const [asset, amount] of Object.entries(demoBalances)) control.deposit('demo', asset, amount);
    return [control.name, { account: 'demo', ...control.openKey({ account: 'demo' }) }];
  });
  const walk = walkMs === 0 ? undefined : startWalk(simulator, { seed, walkMs });
  const stop = () => {
    clearInterval(walk);
    void simulator.close();
  };
  for (const end of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(end, stop);
  process.stdout.write(
    `${JSON.stringify({ port: simulator.port, url: simulator.url, keys: Object.fromEntries(keys) })}\n`,
  );
}

function startWalk(simulator: ExchangeSimulator, { seed, walkMs }: { seed: string; walkMs: number }): NodeJS.Timeout {
  const walks = simulator.venues().map((control) => new PriceWalk(control, seed));
  return setInterval(() => {
    for (const walk of walks) walk.step(Date.now());
  }, walkMs);
}

/** Undefined, with the reason told and the exit code set, when they are wrong. */
function readArguments(args: readonly string[]): z.infer<typeof argumentsSchema> | undefined {
  const option = { type: 'string' } as const;
  const options = { port: option, host: option, seed: option, venue: option, limits: option, 'walk-ms': option };
  try {
    return argumentsSchema.parse({ ...parseArgs({ args: [...args], options }).values });
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    process.stderr.write(`${reason}\n`);
    process.exitCode = 2;
    return undefined;
  }
}
