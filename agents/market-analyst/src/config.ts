import { ConfigError } from '@octant/platform/config/config-error';
import type { ConfigReader, ConfigSpec } from '@octant/platform/config/config-spec';
import { marketAnalystConfig, marketsConfig } from '@octant/trading/config/agent-configs';
import { datasourceConfig, type DatasourceConfig } from '@octant/trading/config/datasource-config';
import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategiesByName } from '@octant/trading/config/strategies-by-name';
import { strategyConfig, type StrategyConfig } from '@octant/trading/config/strategy-config';
import { resolveSymbol } from '@octant/trading/market/symbol';
import type { TimeframeName } from '@octant/trading/messages/envelope';

export interface Settings {
  readonly ingestMaxCandles: number;
  /** Canonical symbols of config/markets.yaml. */
  readonly markets: readonly string[];
  /** By `name`. */
  readonly strategies: ReadonlyMap<string, StrategyConfig>;
  /** By file name; symbols are canonical. */
  readonly datasources: ReadonlyMap<string, DatasourceConfig>;
  /** What a question that leaves these out means: the desk's own choices. */
  readonly defaults: { readonly strategy: string; readonly timeframe: TimeframeName; readonly source: string };
}

export const config: ConfigSpec<Settings> = {
  parse(reader) {
    const markets = reader.file('markets.yaml', marketsConfig).markets.map(({ symbol }) => symbol);
    const desk = reader.file('orchestrator.yaml', orchestratorConfig);
    return {
      ingestMaxCandles: reader.file('agents/market-analyst.yaml', marketAnalystConfig).ingest_max_candles,
      markets,
      strategies: readStrategies(reader),
      datasources: readDatasources(reader, markets),
      defaults: { strategy: desk.strategy, timeframe: desk.timeframe, source: desk.datasource },
    };
  },
};

/** The members of an ensemble have their files in them. */
function readStrategies(reader: ConfigReader): ReadonlyMap<string, StrategyConfig> {
  const files = reader.folder('strategies', strategyConfig);
  return strategiesByName(files, (problem) => new ConfigError([`config/${problem}`]));
}

/** `replay` and `simulator` need no file: without one they serve every market with the defaults. */
function readDatasources(reader: ConfigReader, markets: readonly string[]): ReadonlyMap<string, DatasourceConfig> {
  const datasources = new Map<string, DatasourceConfig>();
  for (const exchange of ['replay', 'simulator']) {
    datasources.set(exchange, datasourceConfig.parse({ exchange, symbols: markets }));
  }
  for (const { file, value } of reader.folder('datasources', datasourceConfig)) {
    const name = (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/, '');
    datasources.set(
      name,
      inFile(file, () => withCanonicalSymbols(value, markets)),
    );
  }
  return datasources;
}

function withCanonicalSymbols(source: DatasourceConfig, markets: readonly string[]): DatasourceConfig {
  const files = Object.entries(source.files).map(([symbol, file]) => [resolveSymbol(symbol, markets), file] as const);
  return {
    ...source,
    symbols: source.symbols.map((symbol) => resolveSymbol(symbol, markets)),
    files: Object.fromEntries(files),
  };
}

function inFile<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new ConfigError([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
