import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveSecretFiles } from '@octant/platform/config/secret-files';
import type { DatasourceConfig } from '@octant/trading/config/datasource-config';
import { checkVenue } from '@octant/venue/check-venue';
import { HelpShown } from '../command-line.js';
import { asInputError, chooseSymbol, readDeskConfig, type DeskConfig } from '../desk/desk-config.js';
import { InputError, InterruptedError, Interruption } from '../interruption.js';
import { parseVenueCheckFlags, type VenueCheckFlags } from './command-line.js';
import { farPrice } from './far-price.js';
import { openAccount } from './open-account.js';

/** `npm run venue:check`. Resolves to the exit code: 0 fit to trade at, 1 not or not reached, 2 bad input, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const interruption = new Interruption(() => process.exit(130));
  try {
    const interrupted = new Promise<never>((_resolve, reject) => {
      interruption.signal.addEventListener('abort', () => {
        reject(new InterruptedError());
      });
    });
    return await Promise.race([check(parseVenueCheckFlags(argv)), interrupted]);
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  } finally {
    interruption.close();
  }
}

async function check(flags: VenueCheckFlags): Promise<number> {
  const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
  const env = environment();
  const config = readDeskConfig(env['CONFIG_DIR'] ?? join(root, 'config'));
  const datasource = datasourceOf(flags.exchange, config);
  const venue = await openAccount({ datasource, sandbox: flags.sandbox ?? false, env });
  // With --json on standard output everything else goes to standard error.
  const output = flags.json === true ? process.stderr : process.stdout;
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  try {
    const order = flags.order === true ? await orderOf(flags, { root, env, config, datasource }) : undefined;
    const report = await checkVenue(venue, { order, now: () => Date.now(), say });
    for (const problem of report.problems) say(`problem: ${problem}`);
    const text = `${JSON.stringify({ ...report, sandbox: flags.sandbox ?? false }, null, 2)}\n`;
    if (typeof flags.json === 'string') writeFileSync(flags.json, text);
    if (flags.json === true) process.stdout.write(text);
    return report.problems.length === 0 ? 0 : 1;
  } finally {
    await venue.close();
  }
}

interface CheckContext {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: DeskConfig;
  readonly datasource: DatasourceConfig;
}

async function orderOf(flags: VenueCheckFlags, { root, env, config, datasource }: CheckContext) {
  const symbol = chooseSymbol(flags.symbol ?? datasource.symbols[0] ?? '', config);
  const id = datasource.exchange;
  const price = flags.price ?? (await farPrice(root, { id, apiUrl: env[`${id.toUpperCase()}_API_URL`] }, symbol));
  return { symbol, price, orderId: `venue-check:${randomUUID()}` };
}

/** The data source of the exchange, whose keys are those of the account. */
function datasourceOf(exchange: string, { datasources }: DeskConfig): DatasourceConfig {
  const all = [...datasources.values()];
  const found = all.find((datasource) => datasource.exchange === exchange);
  if (found !== undefined) return found;
  const known = [...new Set(all.map((datasource) => datasource.exchange))].join(', ');
  throw new InputError(`--exchange: expected one of config/datasources (${known}), was ${JSON.stringify(exchange)}`);
}

function environment(): Readonly<Record<string, string | undefined>> {
  try {
    return resolveSecretFiles(process.env).env;
  } catch (error) {
    throw asInputError(error);
  }
}
