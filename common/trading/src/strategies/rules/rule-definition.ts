/** An indicator as a rule file names it: its type, what it is computed on, and its parameters. */
export interface IndicatorUse {
  readonly type: string;
  /** A price field, or another indicator of the file (`name` or `name.output`). */
  readonly input?: string | undefined;
  /** The rest: numbers, or names of the file's `parameters`. */
  readonly [parameter: string]: string | number | undefined;
}

/** The keys of a rule strategy's YAML that say what it does; conditions, prices and distances are CEL. */
export interface RuleDefinition {
  readonly parameters?: Readonly<Record<string, number>> | undefined;
  readonly indicators?: Readonly<Record<string, IndicatorUse>> | undefined;
  readonly entry?: string | undefined;
  readonly regime?: string | undefined;
  readonly exit?: string | undefined;
  readonly stop?: string | undefined;
  readonly take_profit?: string | undefined;
  readonly trailing?: string | undefined;
  readonly time_stop_candles?: number | string | undefined;
  readonly confidence?: string | undefined;
}

/** Something of a strategy file that cannot be used, and where in the file. */
export interface StrategyProblem {
  readonly path: readonly string[];
  /** `expected …, was …`. */
  readonly message: string;
}

/** The keys of a strategy file that only a rule strategy has. */
export const RULE_KEYS = [
  'parameters',
  'indicators',
  'entry',
  'regime',
  'exit',
  'stop',
  'take_profit',
  'trailing',
  'time_stop_candles',
  'confidence',
] as const satisfies readonly (keyof RuleDefinition)[];
