import type { IndicatorDefinition, IndicatorParameter, IndicatorRun } from './indicator-definition.js';

type ParameterBody = Omit<IndicatorParameter, 'name'>;
type Chosen<Parameters> = { readonly [Name in keyof Parameters]: number };

interface Outline<Parameters extends Record<string, ParameterBody>> {
  readonly name: string;
  readonly describe: string;
  readonly input: 'value' | 'candle';
  readonly parameters: Parameters;
  readonly outputs: readonly string[];
  readonly warmup: (chosen: Chosen<Parameters>) => number;
  readonly start: (chosen: Chosen<Parameters>) => IndicatorRun;
}

/** Longest window that a definition takes: more than two months of one-minute candles. */
export const MAX_WINDOW = 100_000;

/** A whole-number parameter of at least `min` (1 unless given) and at most `MAX_WINDOW`. */
export function windowParameter(describe: string, initial: number, min = 1): ParameterBody {
  return { describe, whole: true, min, max: MAX_WINDOW, default: initial };
}

/** The definition of an indicator from its outline: parameters by name, checked and completed before they are used. */
export function defineIndicator<const Parameters extends Record<string, ParameterBody>>(
  outline: Outline<Parameters>,
): IndicatorDefinition {
  const { name, describe, input, outputs, warmup, start } = outline;
  const parameters = Object.entries(outline.parameters).map(([key, body]) => ({ name: key, ...body }));
  const choose = (given: Readonly<Record<string, number>>): Chosen<Parameters> =>
    chooseParameters(name, parameters, given) as Chosen<Parameters>;
  return {
    name,
    describe,
    input,
    parameters,
    outputs,
    warmup: (given) => warmup(choose(given)),
    start: (given) => start(choose(given)),
  };
}

function chooseParameters(
  indicator: string,
  parameters: readonly IndicatorParameter[],
  given: Readonly<Record<string, number>>,
): Record<string, number> {
  for (const name of Object.keys(given)) {
    if (parameters.some((parameter) => parameter.name === name)) continue;
    const known = parameters.map((parameter) => parameter.name).join(', ') || 'none';
    throw new RangeError(`${name}: expected a parameter of ${indicator} (${known})`);
  }
  return Object.fromEntries(
    parameters.map((parameter) => [parameter.name, chosenValue(parameter, given[parameter.name])]),
  );
}

function chosenValue(parameter: IndicatorParameter, given: number | undefined): number {
  if (given === undefined) return parameter.default;
  const { name, whole, min, max } = parameter;
  const kind = whole ? 'a whole number' : 'a number';
  const sound = whole ? Number.isInteger(given) : Number.isFinite(given);
  if (!sound || given < min) throw new RangeError(`${name}: expected ${kind} of at least ${min}, was ${String(given)}`);
  if (given > max) throw new RangeError(`${name}: expected ${kind} of at most ${max}, was ${String(given)}`);
  return given;
}
