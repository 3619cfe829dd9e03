import { CelError } from '../../cel/cel-error.js';
import { seriesOf, type CelCondition, type CelNumber } from '../../cel/cel-expression.js';
import { CEL_FUNCTIONS, parseCelCondition, parseCelNumber, type CelScope } from '../../cel/parse-cel.js';
import { INDICATORS } from '../../indicators/registry.js';
import { unknownNameText } from '../../market/nearest-name.js';
import { findParameterFault, type ParameterSpec, type StrategyParameters } from '../parameter-spec.js';
import { planIndicators, PRICE_FIELDS, type ParameterUse, type PlannedIndicator } from './plan-indicators.js';
import type { RuleDefinition, StrategyProblem } from './rule-definition.js';

/** A rule file whose names are resolved and whose expressions are typed: what is left to choose are the parameters. */
export interface RulesPlan {
  readonly parameters: readonly ParameterSpec[];
  readonly indicators: readonly PlannedIndicator[];
  readonly entry: CelCondition;
  readonly regime: CelCondition | undefined;
  readonly exit: CelCondition | undefined;
  readonly stop: CelNumber | undefined;
  readonly takeProfit: CelNumber | undefined;
  readonly trailing: CelNumber | undefined;
  readonly confidence: CelNumber | undefined;
  /** A number, or the name of a parameter. */
  readonly maxCandles: number | string | undefined;
}

/** Columns that conditions may name. */
const COLUMNS = ['open', 'high', 'low', 'close', 'volume'];
/** Words that CEL keeps for itself. */
const CEL_WORDS =
  'as break const continue else false for function if import in let loop package namespace null return true var void while';
const RESERVED: readonly string[] = [...PRICE_FIELDS, 'prev', ...CEL_FUNCTIONS, ...CEL_WORDS.split(' ')];

const TIME_STOP: Omit<ParameterSpec, 'name' | 'describe'> = { whole: true, min: 1, max: 1_000_000 };
const ANY_NUMBER: Omit<ParameterSpec, 'name' | 'describe'> = { whole: false, min: -1e12, max: 1e12 };
const WAYS_OUT = ['exit', 'stop', 'take_profit', 'trailing', 'time_stop_candles'] as const;

/** Reads a rule file; all that is wrong with it at once when it cannot be used. */
export function planRules(rules: RuleDefinition): RulesPlan | { readonly problems: readonly StrategyProblem[] } {
  const indicators = planIndicators(rules);
  const problems: StrategyProblem[] = [...findBadNames(rules), ...indicators.problems];
  const parameters = parameterSpecs(rules, indicators.uses);
  for (const spec of parameters) {
    const message = findParameterFault(spec, rules.parameters?.[spec.name]);
    if (message !== undefined) problems.push({ path: ['parameters', spec.name], message });
  }
  if (rules.entry === undefined) problems.push({ path: ['entry'], message: 'expected a CEL condition, was nothing' });
  if (WAYS_OUT.every((key) => rules[key] === undefined)) {
    problems.push({ path: ['exit'], message: `expected a way out: one of ${WAYS_OUT.join(', ')}, was nothing` });
  }
  const expressions = parseExpressions(rules, problems);
  const maxCandles = rules.time_stop_candles;
  const fault = timeStopFault(rules);
  if (fault !== undefined) problems.push({ path: ['time_stop_candles'], message: fault });
  if (problems.length === 0) problems.push(...findUnstartable(indicators.indicators, rules.parameters ?? {}));
  if (problems.length > 0 || expressions.entry === undefined) return { problems };
  return { parameters, indicators: indicators.indicators, ...expressions, entry: expressions.entry, maxCandles };
}

/** The values of an indicator's parameters. */
export function settingsOf(indicator: PlannedIndicator, parameters: StrategyParameters): Record<string, number> {
  const settings = Object.entries(indicator.settings);
  return Object.fromEntries(
    settings.map(([name, value]) => [name, typeof value === 'number' ? value : (parameters[value] ?? Number.NaN)]),
  );
}

/** Candles until all that the rules read has a value: the one of number `warmupOf` (from 1) is the first. */
export function warmupOf(plan: RulesPlan, parameters: StrategyParameters): number {
  const warm = new Map<string, number>();
  for (const indicator of plan.indicators) {
    const { source, definition } = indicator;
    const before = 'indicator' in source ? (warm.get(source.indicator) ?? 1) - 1 : 0;
    warm.set(indicator.name, before + definition.warmup(settingsOf(indicator, parameters)));
  }
  const { entry, regime, exit, stop, takeProfit, trailing, confidence } = plan;
  const looksBack = [entry, regime, exit, stop, takeProfit, trailing, confidence].some(
    (expression) => expression !== undefined && seriesOf(expression).looksBack,
  );
  return Math.max(1, ...warm.values()) + (looksBack ? 1 : 0);
}

function parseExpressions(rules: RuleDefinition, problems: StrategyProblem[]) {
  const scope = scopeOf(rules);
  const parsed = <Expression>(
    key: 'entry' | 'regime' | 'exit' | 'stop' | 'take_profit' | 'trailing' | 'confidence',
    parse: (text: string, names: CelScope) => Expression,
  ): Expression | undefined => {
    const text = rules[key];
    if (text === undefined) return undefined;
    try {
      return parse(text, scope);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      problems.push({ path: [key], message: error.message });
      return undefined;
    }
  };
  return {
    entry: parsed('entry', parseCelCondition),
    regime: parsed('regime', parseCelCondition),
    exit: parsed('exit', parseCelCondition),
    stop: parsed('stop', parseCelNumber),
    takeProfit: parsed('take_profit', parseCelNumber),
    trailing: parsed('trailing', parseCelNumber),
    confidence: parsed('confidence', parseCelNumber),
  };
}

function scopeOf({ indicators, parameters }: RuleDefinition): CelScope {
  const outputs = Object.entries(indicators ?? {}).map(
    ([name, { type }]) => [name, INDICATORS.get(type)?.outputs ?? []] as const,
  );
  const series = new Map([...COLUMNS.map((name) => [name, []] as const), ...outputs]);
  return { series, parameters: new Set(Object.keys(parameters ?? {})) };
}

function findBadNames({ indicators, parameters }: RuleDefinition): readonly StrategyProblem[] {
  const problems: StrategyProblem[] = [];
  const taken = new Set(Object.keys(parameters ?? {}));
  const check = (key: 'indicators' | 'parameters', name: string): void => {
    const fault = /^[a-z][a-z0-9_]*$/.test(name)
      ? RESERVED.includes(name)
        ? `expected a name that means nothing else, was "${name}"`
        : undefined
      : `expected a name in lower_snake_case, was "${name}"`;
    if (fault !== undefined) problems.push({ path: [key, name], message: fault });
  };
  for (const name of taken) check('parameters', name);
  for (const name of Object.keys(indicators ?? {})) {
    check('indicators', name);
    if (!taken.has(name)) continue;
    problems.push({ path: ['indicators', name], message: `expected another name than a parameter's, was "${name}"` });
  }
  return problems;
}

/** What each parameter may be follows from where it is used: an indicator's window is whole and has its own range. */
function parameterSpecs(rules: RuleDefinition, uses: readonly ParameterUse[]): readonly ParameterSpec[] {
  return Object.keys(rules.parameters ?? {}).map((name) => {
    const places = uses.filter(({ parameter }) => parameter === name);
    const limits = [...places.map(({ as }) => as), ...(rules.time_stop_candles === name ? [TIME_STOP] : [])];
    const { whole, min, max } = limits.reduce(
      (one, other) => ({
        whole: one.whole || other.whole,
        min: Math.max(one.min, other.min),
        max: Math.min(one.max, other.max),
      }),
      ANY_NUMBER,
    );
    const texts = places.map(({ indicator, as }) => `${as.name} of ${indicator}`);
    if (rules.time_stop_candles === name) texts.push('time_stop_candles');
    return { name, describe: texts.length === 0 ? 'Used in conditions.' : texts.join(', '), whole, min, max };
  });
}

function timeStopFault({ time_stop_candles: value, parameters }: RuleDefinition): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') {
    return findParameterFault({ ...TIME_STOP, name: 'time_stop_candles', describe: '' }, value);
  }
  const known = Object.keys(parameters ?? {});
  return known.includes(value) ? undefined : `expected a number or a parameter: ${unknownNameText(value, known)}`;
}

/** Indicators that refuse a combination of parameters, each of which is in its range. */
function findUnstartable(
  indicators: readonly PlannedIndicator[],
  parameters: StrategyParameters,
): readonly StrategyProblem[] {
  return indicators.flatMap((indicator) => {
    try {
      indicator.definition.start(settingsOf(indicator, parameters));
      return [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [{ path: ['indicators', indicator.name], message: error.message }];
    }
  });
}
