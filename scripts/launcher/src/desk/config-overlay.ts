import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import type { StrategyFile } from './desk-config.js';

/** What the command line changes of the configuration. */
export interface ConfigOverrides {
  readonly feesBps?: number | undefined;
  readonly slippageBps?: number | undefined;
  /** Takes the place of a strategy of the same name. */
  readonly strategy?: StrategyFile | undefined;
  /** One more data source, or another content of one. */
  readonly datasource?: { readonly name: string; readonly document: Readonly<Record<string, unknown>> } | undefined;
}

/**
 * The folder that the agents read: the configuration itself when nothing is overridden, else a copy of it in `target`
 * with the overrides in their places. What the user wrote is never changed.
 */
export function configFolder(source: string, target: string, overrides: ConfigOverrides): string {
  rmSync(target, { recursive: true, force: true });
  if (Object.values(overrides).every((value) => value === undefined)) return source;
  mkdirSync(target, { recursive: true });
  cpSync(source, target, { recursive: true });
  overridePaper(target, overrides);
  if (overrides.strategy !== undefined) placeStrategy(target, overrides.strategy);
  const { datasource } = overrides;
  if (datasource !== undefined) writeYaml(join(target, 'datasources', `${datasource.name}.yaml`), datasource.document);
  return target;
}

function overridePaper(target: string, { feesBps, slippageBps }: ConfigOverrides): void {
  if (feesBps === undefined && slippageBps === undefined) return;
  const file = join(target, 'agents', 'trade-executor.yaml');
  const document = readYaml(file);
  writeYaml(file, { ...document, paper: withCosts(asObject(document['paper']), { feesBps, slippageBps }) });
}

/**
 * The `paper` part of `agents/trade-executor.yaml` with the costs of the command line, which go for makers and takers, and
 * for every slippage model's fixed part.
 */
export function withCosts(
  paper: Readonly<Record<string, unknown>>,
  { feesBps, slippageBps }: Pick<ConfigOverrides, 'feesBps' | 'slippageBps'>,
): Readonly<Record<string, unknown>> {
  const { maker_fees_bps: maker, taker_fees_bps: taker, slippage, ...others } = paper;
  const { bps: _bps, ...model } = asObject(slippage);
  const fees = feesBps === undefined ? { maker_fees_bps: maker, taker_fees_bps: taker } : { fees_bps: feesBps };
  const slips = slippageBps === undefined ? { slippage } : { slippage_bps: slippageBps, slippage: model };
  const whole = { ...others, ...fees, ...slips };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined && !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function placeStrategy(target: string, strategy: StrategyFile): void {
  const folder = join(target, 'strategies');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (readYaml(join(folder, name))['name'] === strategy.config.name) rmSync(join(folder, name));
  }
  cpSync(strategy.path, join(folder, `${strategy.config.name}.yaml`));
}

function readYaml(file: string): Record<string, unknown> {
  return existsSync(file) ? asObject(parseYaml(readFileSync(file, 'utf8'), file)) : {};
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function writeYaml(file: string, document: Readonly<Record<string, unknown>>): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, dump(document));
}
