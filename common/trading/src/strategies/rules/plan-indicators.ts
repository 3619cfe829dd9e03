import { seriesKey } from '../../cel/parse-cel.js';
import type { IndicatorDefinition, IndicatorParameter, PriceField } from '../../indicators/indicator-definition.js';
import { INDICATORS } from '../../indicators/registry.js';
import { unknownNameText } from '../../market/nearest-name.js';
import { findParameterFault, findUnknownParameter } from '../parameter-spec.js';
import type { IndicatorUse, RuleDefinition, StrategyProblem } from './rule-definition.js';

/** The price fields that an indicator can be computed on. */
export const PRICE_FIELDS: readonly PriceField[] = ['open', 'high', 'low', 'close', 'volume', 'hl2', 'hlc3', 'ohlc4'];

/** What an indicator is computed on: a price field, or the series of another indicator. */
export type IndicatorSource = { readonly field: PriceField } | { readonly indicator: string; readonly key: string };

/** An indicator that can be started as soon as the parameters have their values. */
export interface PlannedIndicator {
  readonly name: string;
  readonly definition: IndicatorDefinition;
  readonly source: IndicatorSource;
  /** By the indicator's names: numbers, or names of the strategy's parameters. */
  readonly settings: Readonly<Record<string, number | string>>;
}

/** Where a strategy parameter stands for an indicator's. */
export interface ParameterUse {
  readonly parameter: string;
  readonly as: IndicatorParameter;
  /** The indicator's name in the file. */
  readonly indicator: string;
}

export interface IndicatorPlan {
  /** Each after the one that it is computed on. */
  readonly indicators: readonly PlannedIndicator[];
  readonly uses: readonly ParameterUse[];
  readonly problems: readonly StrategyProblem[];
}

/** Reads the `indicators` of a rule file; what cannot be used is among the problems and not among the indicators. */
export function planIndicators(rules: RuleDefinition): IndicatorPlan {
  const uses = Object.entries(rules.indicators ?? {});
  const problems: StrategyProblem[] = [];
  const parameterUses: ParameterUse[] = [];
  const planned: PlannedIndicator[] = [];
  for (const [name, use] of uses) {
    const definition = INDICATORS.get(use.type);
    if (definition === undefined) {
      const message = unknownNameText(use.type, [...INDICATORS.keys()]);
      problems.push({ path: ['indicators', name, 'type'], message });
      continue;
    }
    const source = sourceOf(use, { definition, indicators: rules.indicators ?? {} });
    if ('message' in source) problems.push({ path: ['indicators', name, 'input'], message: source.message });
    const settings = settingsOf(use, { definition, parameters: rules.parameters ?? {} });
    for (const { key, message } of settings.faults) problems.push({ path: ['indicators', name, key], message });
    for (const one of settings.uses) parameterUses.push({ ...one, indicator: name });
    if ('message' in source || settings.faults.length > 0) continue;
    planned.push({ name, definition, source, settings: settings.values });
  }
  return { ...inOrder(planned, problems), uses: parameterUses };
}

interface Known {
  readonly definition: IndicatorDefinition;
  readonly indicators: Readonly<Record<string, IndicatorUse>>;
}

function sourceOf(use: IndicatorUse, { definition, indicators }: Known): IndicatorSource | { message: string } {
  const input = use.input;
  if (input === undefined) return { field: 'close' };
  if (definition.input === 'candle') {
    return { message: `expected no input, as ${definition.name} is computed on the whole candle, was "${input}"` };
  }
  const field = PRICE_FIELDS.find((one) => one === input);
  if (field !== undefined) return { field };
  return outputNamed(input, indicators);
}

function outputNamed(
  input: string,
  indicators: Readonly<Record<string, IndicatorUse>>,
): IndicatorSource | { message: string } {
  const [name = '', ...rest] = input.split('.');
  const type = indicators[name]?.type;
  if (type === undefined) return { message: unknownNameText(input, [...PRICE_FIELDS, ...Object.keys(indicators)]) };
  const outputs = INDICATORS.get(type)?.outputs;
  const output = rest.length === 0 ? (outputs?.[0] ?? '') : rest.join('.');
  // Its own type has been complained of already where it is unknown.
  if (outputs === undefined || outputs.includes(output)) return { indicator: name, key: seriesKey(name, output) };
  return { message: `output of ${name}: ${unknownNameText(output, outputs)}` };
}

interface Settings {
  readonly values: Readonly<Record<string, number | string>>;
  readonly uses: readonly Omit<ParameterUse, 'indicator'>[];
  readonly faults: readonly { readonly key: string; readonly message: string }[];
}

function settingsOf(
  use: IndicatorUse,
  { definition, parameters }: { definition: IndicatorDefinition; parameters: Readonly<Record<string, number>> },
): Settings {
  const values: Record<string, number | string> = {};
  const uses: Omit<ParameterUse, 'indicator'>[] = [];
  const faults: { key: string; message: string }[] = [];
  for (const [key, value] of Object.entries(use)) {
    if (key === 'type' || key === 'input' || value === undefined) continue;
    const spec = definition.parameters.find(({ name }) => name === key);
    const known = typeof value === 'number' ? value : parameters[value];
    const fault =
      spec === undefined
        ? (findUnknownParameter(definition.parameters, key) ?? '')
        : known === undefined
          ? `expected a number or a parameter: ${unknownNameText(String(value), Object.keys(parameters))}`
          : findParameterFault(spec, known);
    if (fault !== undefined) faults.push({ key, message: fault });
    else values[key] = value;
    if (spec !== undefined && typeof value === 'string') uses.push({ parameter: value, as: spec });
  }
  return { values, uses, faults };
}

/** Each indicator after its input; those that go round in a circle are a problem. */
function inOrder(
  planned: readonly PlannedIndicator[],
  problems: readonly StrategyProblem[],
): Pick<IndicatorPlan, 'indicators' | 'problems'> {
  const ordered: PlannedIndicator[] = [];
  const placed = new Set<string>();
  const names = new Set(planned.map(({ name }) => name));
  let left = planned;
  for (;;) {
    const ready = left.filter(
      ({ source }) => 'field' in source || placed.has(source.indicator) || !names.has(source.indicator),
    );
    if (ready.length === 0) break;
    for (const one of ready) placed.add(one.name);
    ordered.push(...ready);
    left = left.filter(({ name }) => !placed.has(name));
  }
  const circle = left.map(({ name }) => name).join(', ');
  const found = left.map(({ name, source }): StrategyProblem => {
    const was = 'indicator' in source ? source.indicator : source.field;
    const message = `expected an input that does not hang on the indicator itself (${circle} go round in a circle), was "${was}"`;
    return { path: ['indicators', name, 'input'], message };
  });
  return { indicators: ordered, problems: [...problems, ...found] };
}
