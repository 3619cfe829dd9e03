import type { StrategyConfig } from '../config/strategy-config.js';
import { unknownNameText } from '../market/nearest-name.js';
import { BUILT_IN_STRATEGIES } from './built-in-strategies.js';
import { ENSEMBLE, ensembleStrategy, type EnsembleVoter } from './ensemble.js';
import type { StrategyParameters } from './parameter-spec.js';
import { RULES, rulesStrategy } from './rules/rules.js';
import type { Strategy } from './strategy.js';

/** The built-in strategy of that kind; @throws RangeError naming the known ones and the nearest. */
export function getStrategy(kind: string): Strategy {
  const found = BUILT_IN_STRATEGIES.get(kind);
  if (found !== undefined) return found;
  throw new RangeError(`kind: ${unknownNameText(kind, [...BUILT_IN_STRATEGIES.keys(), RULES, ENSEMBLE])}`);
}

/**
 * The strategy of a file: the one that it names by `kind`, or by `name` when it has no `kind`; of kind `rules` the one that
 * it describes, of kind `ensemble` the vote of its members, which `strategiesByName` has put into it.
 *
 * @throws RangeError naming the key that cannot be used.
 */
export function strategyOf(config: StrategyConfig): Strategy {
  const kind = config.kind ?? config.name;
  if (kind === RULES) return rulesStrategy(config);
  if (kind === ENSEMBLE) return ensembleStrategy((config.members ?? []).map(voterOf));
  return getStrategy(kind);
}

/** The parameters of a strategy file, by their names in it. */
export function parametersOf(config: StrategyConfig): StrategyParameters {
  const { lookback, entry_threshold, exit_threshold, parameters } = config;
  const top = { lookback, entry_threshold, exit_threshold };
  const given = Object.entries(top).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return { ...Object.fromEntries(given), ...parameters };
}

/** The file with other values of its parameters; those that are not named stay as they are. */
export function withParameters(config: StrategyConfig, values: StrategyParameters): StrategyConfig {
  if ((config.kind ?? config.name) === RULES) return { ...config, parameters: { ...config.parameters, ...values } };
  return { ...config, ...values };
}

/**
 * All of a file that its signals depend on, as text: two files with the same one give the same signals on the same
 * candles.
 */
export function strategyIdentity(config: StrategyConfig): string {
  const { kind = config.name, members, parameters: _given, ...rest } = config;
  const { indicators, entry, regime, exit, stop, take_profit, trailing, time_stop_candles, confidence } = rest;
  const rules = { indicators, entry, regime, exit, stop, take_profit, trailing, time_stop_candles, confidence };
  const votes = members?.map(({ strategy, weight, config: member }) => [
    strategy,
    weight,
    member === undefined ? null : strategyIdentity(member),
  ]);
  return JSON.stringify([kind, parametersOf(config), rules, votes ?? []]);
}

function voterOf({ strategy: name, weight, config }: NonNullable<StrategyConfig['members']>[number]): EnsembleVoter {
  if (config !== undefined) return { strategy: strategyOf(config), parameters: parametersOf(config), weight };
  throw new RangeError(`members: expected ${name} to be read with the other strategy files, was only its name`);
}
