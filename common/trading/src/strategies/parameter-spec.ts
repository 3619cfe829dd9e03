import { unknownNameText } from '../market/nearest-name.js';

/** The tunable numbers of a strategy, by their names in YAML. */
export type StrategyParameters = Readonly<Record<string, number>>;

/** What a tunable number may be. */
export interface ParameterSpec {
  /** lower_snake_case, the name in YAML. */
  readonly name: string;
  /** One sentence for people. */
  readonly describe: string;
  /** Only whole numbers are taken. */
  readonly whole: boolean;
  /** Least and greatest value taken, both included. */
  readonly min: number;
  readonly max: number;
}

/** What is wrong with a value, `expected a whole number from 2 to 5000, was 1`; undefined when it is taken. */
export function findParameterFault(spec: ParameterSpec, value: number | undefined): string | undefined {
  const { whole, min, max } = spec;
  if (value !== undefined && value >= min && value <= max && (!whole || Number.isInteger(value))) return undefined;
  const kind = whole ? 'a whole number' : 'a number';
  return `expected ${kind} from ${String(min)} to ${String(max)}, was ${value === undefined ? 'nothing' : String(value)}`;
}

/** What is wrong with a name, naming the nearest known one; undefined when it is known. */
export function findUnknownParameter(specs: readonly ParameterSpec[], name: string): string | undefined {
  const known = specs.map((spec) => spec.name);
  return known.includes(name) ? undefined : unknownNameText(name, known);
}

/** @throws RangeError naming the parameter that is unknown, absent or out of range, and what was expected. */
export function assertParameters(specs: readonly ParameterSpec[], parameters: StrategyParameters): void {
  for (const name of Object.keys(parameters)) {
    const unknown = findUnknownParameter(specs, name);
    if (unknown !== undefined) throw new RangeError(`parameter: ${unknown}`);
  }
  for (const spec of specs) {
    const fault = findParameterFault(spec, parameters[spec.name]);
    if (fault !== undefined) throw new RangeError(`${spec.name}: ${fault}`);
  }
}

/** The value of a parameter that `assertParameters` has let through. */
export function parameterOf(parameters: StrategyParameters, name: string): number {
  return parameters[name] ?? Number.NaN;
}
