import { existsSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { ConfigError } from '@octant/platform/config/config-error';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { readConfig } from '@octant/platform/config/read-config';
import { marketsConfig } from '@octant/trading/config/agent-configs';
import { datasourceConfig, type DatasourceConfig } from '@octant/trading/config/datasource-config';
import { orchestratorConfig, type OrchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { findUnlistedSymbol, strategiesByName } from '@octant/trading/config/strategies-by-name';
import { strategyConfig, type StrategyConfig } from '@octant/trading/config/strategy-config';
import { resolveSymbol } from '@octant/trading/market/symbol';
import { InputError } from '../interruption.js';

/** The parts of the configuration that the launcher itself looks at. */
export interface DeskConfig {
  readonly orchestrator: OrchestratorConfig;
  /** Canonical symbols of the market list. */
  readonly markets: readonly string[];
  readonly strategies: readonly StrategyConfig[];
  /** By the name of their file. */
  readonly datasources: ReadonlyMap<string, DatasourceConfig>;
}

/** @throws InputError with every problem of every file. */
export function readDeskConfig(folder: string): DeskConfig {
  try {
    return readConfig(
      {
        parse: (reader) => ({
          orchestrator: reader.file('orchestrator.yaml', orchestratorConfig),
          markets: reader.file('markets.yaml', marketsConfig).markets.map(({ symbol }) => symbol),
          strategies: [...strategiesByName(reader.folder('strategies', strategyConfig)).values()],
          datasources: new Map(
            reader
              .folder('datasources', datasourceConfig)
              .map(({ file, value }) => [basename(file, extname(file)), value]),
          ),
        }),
      },
      folder,
    ).config;
  } catch (error) {
    throw asInputError(error);
  }
}

/** A strategy file named on the command line. */
export interface StrategyFile {
  readonly path: string;
  readonly config: StrategyConfig;
}

/** What `--strategy` names. */
export interface ChosenStrategy {
  readonly name: string;
  readonly file?: StrategyFile;
}

/** The strategy that a flag names: one of the configuration, or a YAML file. @throws InputError naming the known ones. */
export function chooseStrategy(text: string, config: DeskConfig): ChosenStrategy {
  if (/[\\/]|\.ya?ml$/.test(text)) {
    const file = readStrategyFile(text, config);
    return { name: file.config.name, file };
  }
  if (config.strategies.some(({ name }) => name === text)) return { name: text };
  const known = config.strategies.map(({ name }) => name).join(', ');
  throw new InputError(`--strategy: expected one of ${known}, or a YAML file, was ${JSON.stringify(text)}`);
}

function readStrategyFile(path: string, { strategies }: DeskConfig): StrategyFile {
  if (!existsSync(path)) throw new InputError(`--strategy: expected a file, was ${path}, which is not there`);
  try {
    const value = strategyConfig.parse(parseYaml(readFileSync(path, 'utf8'), path));
    const others = strategies
      .filter(({ name }) => name !== value.name)
      .map((other) => ({ file: other.name, value: other }));
    const config = strategiesByName([{ file: path, value }, ...others]).get(value.name) ?? value;
    return { path, config };
  } catch (error) {
    throw asInputError(error, path);
  }
}

/** @throws InputError naming the symbols that the strategy lists. */
export function assertStrategyLists(
  symbols: readonly string[],
  { name, file }: ChosenStrategy,
  config: DeskConfig,
): void {
  const strategy = file?.config ?? config.strategies.find((one) => one.name === name);
  if (strategy !== undefined) assertListed(symbols, strategy, config);
}

/** @throws InputError naming the symbols that the strategy lists. */
export function assertListed(symbols: readonly string[], strategy: StrategyConfig, config: DeskConfig): void {
  const unlisted = findUnlistedSymbol(strategy, symbols, config.markets);
  if (unlisted !== undefined) throw new InputError(`--symbol: ${unlisted}`);
}

/** @throws InputError naming the nearest listed symbol. */
export function chooseSymbol(text: string, config: DeskConfig): string {
  try {
    return resolveSymbol(text, config.markets);
  } catch (error) {
    throw asInputError(error, '--symbol');
  }
}

export function asInputError(error: unknown, where?: string): InputError {
  if (error instanceof InputError) return error;
  const at = where === undefined ? '' : `${where}: `;
  if (error instanceof ConfigError) return new InputError(error.problems.join('\n'), { cause: error });
  const issues = issuesOf(error);
  const text = issues ?? (error instanceof Error ? error.message : String(error));
  return new InputError(`${at}${text}`, { cause: error });
}

function issuesOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'issues' in error && Array.isArray(error.issues))) return undefined;
  return (error.issues as { path: PropertyKey[]; message: string }[])
    .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
    .join('; ');
}
