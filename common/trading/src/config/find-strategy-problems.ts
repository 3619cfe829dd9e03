import { unknownNameText } from '../market/nearest-name.js';
import { streams } from '../messages/streams.js';
import { analysisSignal } from '../messages/analysis.js';
import { BUILT_IN_STRATEGIES } from '../strategies/built-in-strategies.js';
import { ENSEMBLE, ENSEMBLE_PARAMETERS } from '../strategies/ensemble.js';
import { findParameterFault, findUnknownParameter, type ParameterSpec } from '../strategies/parameter-spec.js';
import { planRules } from '../strategies/rules/plan-rules.js';
import { RULE_KEYS, type RuleDefinition, type StrategyProblem } from '../strategies/rules/rule-definition.js';
import { RULES } from '../strategies/rules/rules.js';

interface SearchRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The keys of a strategy file that are looked at together. */
export interface StrategyKeys extends RuleDefinition {
  readonly name: string;
  readonly kind?: string | undefined;
  readonly lookback?: number | undefined;
  readonly entry_threshold?: number | undefined;
  readonly exit_threshold?: number | undefined;
  readonly signal_channel: string;
  readonly search_space: Readonly<Record<string, SearchRange>>;
  readonly members?: readonly { readonly strategy: string; readonly weight: number }[] | undefined;
}

type TopKey = 'lookback' | 'entry_threshold' | 'exit_threshold' | 'members' | (typeof RULE_KEYS)[number];

const THRESHOLDS = ['entry_threshold', 'exit_threshold'] as const;
const ALL_KEYS: readonly TopKey[] = ['lookback', ...THRESHOLDS, 'members', ...RULE_KEYS];

/**
 * What is wrong with a strategy file beyond the types of its keys: a kind that nobody knows, keys that its kind does not
 * have, parameters and search ranges out of range, conditions that cannot be used, a channel that nobody reads.
 */
export function findStrategyProblems(config: StrategyKeys): readonly StrategyProblem[] {
  const kind = config.kind ?? config.name;
  return [...findKindProblems(config, kind), ...findChannelProblems(config)];
}

function findKindProblems(config: StrategyKeys, kind: string): readonly StrategyProblem[] {
  const builtIn = BUILT_IN_STRATEGIES.get(kind);
  if (builtIn !== undefined) {
    return [...findStrangers(config, kind, ['lookback', ...THRESHOLDS]), ...findTopFaults(config, builtIn.parameters)];
  }
  if (kind === ENSEMBLE) {
    return [
      ...findStrangers(config, kind, ['members', ...THRESHOLDS]),
      ...findTopFaults(config, ENSEMBLE_PARAMETERS),
      ...findMemberProblems(config),
    ];
  }
  if (kind === RULES) {
    const strangers = findStrangers(config, kind, RULE_KEYS);
    const plan = planRules(config);
    if ('problems' in plan) return [...strangers, ...plan.problems];
    return [...strangers, ...findSearchFaults(config, plan.parameters)];
  }
  return [{ path: ['kind'], message: unknownNameText(kind, [...BUILT_IN_STRATEGIES.keys(), RULES, ENSEMBLE]) }];
}

/** A stop that is written down and ignored would be worse than an error. */
function findStrangers(config: StrategyKeys, kind: string, own: readonly TopKey[]): readonly StrategyProblem[] {
  return ALL_KEYS.filter((key) => !own.includes(key) && config[key] !== undefined).map((key) => ({
    path: [key],
    message: `expected only keys that a strategy of kind ${kind} has (${own.join(', ')}), was ${key}`,
  }));
}

function findTopFaults(config: StrategyKeys, specs: readonly ParameterSpec[]): readonly StrategyProblem[] {
  const faults = specs.flatMap((spec): StrategyProblem[] => {
    const message = findParameterFault(spec, config[spec.name as 'lookback' | (typeof THRESHOLDS)[number]]);
    return message === undefined ? [] : [{ path: [spec.name], message }];
  });
  return [...faults, ...findSearchFaults(config, specs)];
}

function findSearchFaults(config: StrategyKeys, specs: readonly ParameterSpec[]): readonly StrategyProblem[] {
  return Object.entries(config.search_space).flatMap(([name, range]): StrategyProblem[] => {
    const spec = specs.find((one) => one.name === name);
    if (spec === undefined) {
      return [{ path: ['search_space', name], message: findUnknownParameter(specs, name) ?? '' }];
    }
    return (['min', 'max', 'step'] as const).flatMap((end): StrategyProblem[] => {
      // A step is a distance: whole where the parameter is, at most as far as its range.
      const limits = end === 'step' ? { ...spec, min: spec.whole ? 1 : 0, max: spec.max - spec.min } : spec;
      const message = findParameterFault(limits, range[end]);
      return message === undefined ? [] : [{ path: ['search_space', name, end], message }];
    });
  });
}

function findMemberProblems({ members = [] }: StrategyKeys): readonly StrategyProblem[] {
  if (members.length === 0) return [{ path: ['members'], message: 'expected at least one member, was none' }];
  const names = members.map(({ strategy }) => strategy);
  return names.flatMap((name, index): StrategyProblem[] =>
    names.indexOf(name) === index
      ? []
      : [{ path: ['members', String(index), 'strategy'], message: `expected each member once, was ${name} again` }],
  );
}

/** The streams on which the orchestrator expects signals. */
function signalChannels(): readonly string[] {
  return Object.entries(streams)
    .filter(([, { schema, groups }]) => schema === analysisSignal && 'orchestrator' in groups)
    .map(([name]) => name);
}

function findChannelProblems({ signal_channel: channel }: StrategyKeys): readonly StrategyProblem[] {
  const known = signalChannels();
  if (known.includes(channel)) return [];
  const message = `expected a stream that the orchestrator reads signals from: ${unknownNameText(channel, known)}`;
  return [{ path: ['signal_channel'], message }];
}
