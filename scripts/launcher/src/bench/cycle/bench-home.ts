import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { z } from 'zod';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { deskFiles, type DeskFiles } from '../../desk/desk-files.js';
import { makeHome } from '../../servers/desk-home.js';

/** Momentum that looks back two candles and has no threshold: it changes its mind every few candles. */
export const FLIPPING_STRATEGY = 'bench_flips';

/** What leads to servers, accounts, channels or configuration of the user's desk has no business here. */
const FOREIGN =
  /^(OCTANT_(?!NO_INSTALL$).*|REDIS_URL.*|DATABASE_URL.*|POSTGRES_.*|CONFIG_DIR|OPENAPI_DIR|PORT|HOST|SLACK_.*|.*_TOKEN(_FILE)?|LOG_LEVEL)$/;

type Variables = Readonly<Record<string, string | undefined>>;

export function benchVariables(env: Variables): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.test(name)));
}

/** `.octant/<folder>`: servers, tokens and logs of its own; only downloaded server programs are taken over from the desk. */
export function benchFiles(root: string, folder = 'bench'): DeskFiles {
  makeHome(join(root, '.octant'));
  const files = deskFiles(root, join(root, '.octant', folder));
  makeHome(files.home);
  const [theirs, ours] = [join(root, '.octant', 'programs'), join(files.home, 'programs')];
  if (existsSync(theirs) && !existsSync(ours)) cpSync(theirs, ours, { recursive: true, verbatimSymlinks: true });
  return files;
}

/**
 * The shipped configuration with one more strategy, and with an account so large that no limit of the day and no series of
 * losses comes in between: a halted desk publishes no orders, and an optimizer at work would be measured, too.
 */
export function writeBenchConfig(root: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, 'config'), target, { recursive: true });
  edit(join(target, 'orchestrator.yaml'), (document) => ({
    ...document,
    start_equity: 1_000_000,
    optimizer: { loss_trigger: { max_drawdown_pct: 100, consecutive_losers: 1_000_000 } },
  }));
  const momentum = readDocument(join(target, 'strategies', 'momentum.yaml'));
  writeFileSync(
    join(target, 'strategies', `${FLIPPING_STRATEGY}.yaml`),
    dump({
      ...momentum,
      name: FLIPPING_STRATEGY,
      kind: 'momentum',
      symbols: ['SOL-USDT', 'LTC-USDT', 'SOL-USD'],
      lookback: 2,
      entry_threshold: 0,
      exit_threshold: 0,
    }),
  );
}

function edit(file: string, change: (document: Record<string, unknown>) => Record<string, unknown>): void {
  writeFileSync(file, dump(change(readDocument(file))));
}

function readDocument(file: string): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(parseYaml(readFileSync(file, 'utf8'), file));
}
