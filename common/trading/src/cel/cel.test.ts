import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CelError } from './cel-error.js';
import { seriesOf, type CelCondition, type CelNumber } from './cel-expression.js';
import { parseCelCondition, parseCelNumber, type CelScope } from './parse-cel.js';
import { FALSE, TRUE, UNKNOWN } from './vector-operations.js';
import { VectorProgram } from './vector-program.js';

const scope: CelScope = {
  series: new Map([
    ['a', []],
    ['b', []],
    ['bands', ['middle', 'upper']],
  ]),
  parameters: new Set(['p']),
};
const KEYS = ['a', 'b', 'bands.middle', 'bands.upper'] as const;
type Values = Readonly<Record<string, number>>;

/** Evaluates over candles; the first of them only serves as the one before. */
function program(candles: readonly Values[], p: number) {
  const columns = new Map<string, Float64Array>(
    KEYS.map((key) => [key, Float64Array.from(candles.map((values) => values[key] ?? Number.NaN))]),
  );
  const sources = {
    series: (key: string) => columns.get(key) ?? new Float64Array(0),
    parameter: () => p,
  };
  return new VectorProgram(sources, candles.length);
}

function conditionOver(expression: CelCondition, candles: readonly Values[], p = 0): readonly number[] {
  const made = program(candles, p);
  const out = made.condition(expression);
  made.run(candles.length - 1);
  return [...out.subarray(0, candles.length - 1)];
}

function numberOver(expression: CelNumber, candles: readonly Values[], p = 0): readonly number[] {
  const made = program(candles, p);
  const out = made.number(expression);
  made.run(candles.length - 1);
  return [...out.subarray(0, candles.length - 1)];
}

/** The library's own evaluation: names without a value are left out, so that what needs them is an error, as NaN is here. */
const reference = ['a', 'b', 'middle', 'upper', 'p', 'prev_a', 'prev_b', 'prev_middle', 'prev_upper']
  .reduce((environment, name) => environment.registerVariable(name, 'double'), new Environment())
  .registerFunction('abs(double): double', Math.abs)
  .registerFunction('min(double, double): double', Math.min)
  .registerFunction('max(double, double): double', Math.max)
  .registerFunction('known(double): double', (value: number) => {
    if (Number.isNaN(value)) throw new EvaluationError('unknown');
    return value;
  });

function referenceValue(text: string, candles: readonly [Values, Values], p: number): boolean | number | undefined {
  const context: Record<string, number> = Number.isNaN(p) ? {} : { p };
  for (const [index, prefix] of ['prev_', ''].entries()) {
    for (const key of KEYS) {
      const value = candles[index]?.[key] ?? Number.NaN;
      if (!Number.isNaN(value)) context[`${prefix}${key.replace('bands.', '')}`] = value;
    }
  }
  try {
    return reference.evaluate(text, context) as boolean | number;
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

/** An expression in our words and in the reference's: there every operation that may give NaN is marked. */
interface Pair {
  readonly ours: string;
  readonly theirs: string;
}
const name = (ours: string, theirs = ours): Pair => ({ ours, theirs });
const LEAVES = [
  ...[name('a'), name('b'), name('p'), name('bands', 'middle'), name('bands.middle', 'middle')],
  ...[name('bands.upper', 'upper'), name('prev.a', 'prev_a'), name('prev.bands.upper', 'prev_upper')],
  ...[name('prev.bands', 'prev_middle'), name('2', '2.0'), name('0.5'), name('1e3'), name('-1', '-1.0')],
];

const { condition, number } = fc.letrec<{ number: Pair; condition: Pair }>((tie) => {
  const two = fc.tuple(tie('number'), tie('number'));
  const twoConditions = fc.tuple(tie('condition'), tie('condition'));
  const infix =
    (mark: (text: string) => string) =>
    ([operator, [left, right]]: [string, [Pair, Pair]]): Pair => ({
      ours: `(${left.ours} ${operator} ${right.ours})`,
      theirs: mark(`(${left.theirs} ${operator} ${right.theirs})`),
    });
  const choice = fc.tuple(tie('condition'));
  const choose = ([[when], [left, right]]: [[Pair], [Pair, Pair]]): Pair => ({
    ours: `(${when.ours} ? ${left.ours} : ${right.ours})`,
    theirs: `(${when.theirs} ? ${left.theirs} : ${right.theirs})`,
  });
  return {
    number: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom(...LEAVES),
      fc.tuple(fc.constantFrom('+', '-', '*', '/'), two).map(infix((text) => `known${text}`)),
      fc.tuple(fc.constantFrom('min', 'max'), two).map(([f, [x, y]]) => ({
        ours: `${f}(${x.ours}, ${y.ours})`,
        theirs: `${f}(${x.theirs}, ${y.theirs})`,
      })),
      tie('number').map((x) => ({ ours: `abs(-${x.ours})`, theirs: `abs(-(${x.theirs}))` })),
      fc.tuple(choice, two).map(choose),
    ),
    condition: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom(name('true'), name('false')),
      fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), two).map(infix((text) => text)),
      fc.tuple(fc.constantFrom('&&', '||', '==', '!='), twoConditions).map(infix((text) => text)),
      tie('condition').map((x) => ({ ours: `!${x.ours}`, theirs: `!${x.theirs}` })),
      fc.tuple(choice, twoConditions).map(choose),
    ),
  };
});
const value = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, 0.5, Number.NaN),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
);
const candle = fc.record({ a: value, b: value, 'bands.middle': value, 'bands.upper': value });

describe('compiled CEL', () => {
  it('gives what the library itself evaluates, where NaN stands for a value that is not there', () => {
    fc.assert(
      fc.property(condition, fc.tuple(candle, candle), value, (text, [before, now], p) => {
        const expected = referenceValue(text.theirs, [before, now], p);
        const truth = expected === undefined ? UNKNOWN : expected === true ? TRUE : FALSE;
        expect(conditionOver(parseCelCondition(text.ours, scope), [before, now], p)).toEqual([truth]);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(number, fc.tuple(candle, candle), value, (text, [before, now], p) => {
        const expected = referenceValue(text.theirs, [before, now], p) ?? Number.NaN;
        expect(numberOver(parseCelNumber(text.ours, scope), [before, now], p)).toEqual([expected]);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on how many candles are computed at once', () => {
    fc.assert(
      fc.property(condition, fc.array(candle, { minLength: 2, maxLength: 9 }), (text, candles) => {
        const parsed = parseCelCondition(text.ours, scope);
        const each = candles.slice(1).flatMap((now, index) => conditionOver(parsed, [candles[index] ?? now, now]));
        expect(conditionOver(parsed, candles)).toEqual(each);
      }),
    );
  });

  it('crosses when it was not beyond one candle earlier and is now', () => {
    const candles = [1, 2, 3, 3, 2, 1, 4].map((a) => ({ a, b: 2 }));
    const truths = (text: string) => conditionOver(parseCelCondition(text, scope), candles).map((one) => one === TRUE);
    expect(truths('crosses_above(a, b)')).toEqual([false, true, false, false, false, true]);
    expect(truths('crosses_below(a, 2)')).toEqual([false, false, false, false, true, false]);
    expect(truths('prev.a <= prev.b && a > b')).toEqual(truths('crosses_above(a, b)'));
  });

  it('knows the series that an expression reads', () => {
    expect(seriesOf(parseCelCondition('crosses_above(bands, a) && p > 1', scope))).toEqual({
      keys: new Set(['bands.middle', 'a']),
      looksBack: true,
    });
    expect(seriesOf(parseCelNumber('abs(a - 2)', scope))).toEqual({ keys: new Set(['a']), looksBack: false });
  });

  it('takes more than two numbers in min and max', () => {
    expect(numberOver(parseCelNumber('max(a, b, 3, p) - min(a, b, 1)', scope), [{}, { a: 2, b: 5 }], 4)).toEqual([4]);
  });
});

describe('an expression that cannot be used', () => {
  const failure = (text: string): string => {
    try {
      parseCelCondition(text, scope);
    } catch (error) {
      if (error instanceof CelError) return error.message;
      throw error;
    }
    return 'no error';
  };

  it('is shown with line, column and a caret', () => {
    expect(failure('a > 1 &&\n  b < c')).toBe(
      'expected one of a, b, bands, p, prev, was "c"; the nearest is a; at line 2, column 7\n    b < c\n        ^',
    );
  });

  it.each([
    ['', 'expected a number, a name or "(", was the end of the expression; at line 1, column 1'],
    ['a >', 'expected a number, a name or "(", was the end of the expression; at line 1, column 4'],
    ['(a > 1', 'expected ")", was the end of the expression; at line 1, column 7'],
    ['a > 1 and b > 1', 'expected &&, was "and"; at line 1, column 7'],
    ['a = 1', 'expected ==, was "="; at line 1, column 3'],
    ['a > 1 $ 2', 'expected an operator such as && or >, was "$"; at line 1, column 7'],
    ['a + 1', 'expected a condition that is true or false, was a number: a + 1; at line 1, column 1'],
    ['a && b > 1', 'expected a condition that is true or false, was a number: a; at line 1, column 1'],
    ['(a > 1) + 1 > 2', 'expected a number, was a condition that is true or false: a > 1; at line 1, column 2'],
    ['a > true', 'expected a number, was a condition that is true or false: true; at line 1, column 5'],
    ['a > "1"', 'expected numbers, names, + - * /, comparisons,'],
    ['a in [1.0]', 'expected numbers, names, + - * /, comparisons,'],
    ['a > 1u', 'expected numbers, names, + - * /, comparisons,'],
    ['a % 2 == 0', 'expected numbers, names, + - * /, comparisons,'],
    ['crosses(a, b)', 'expected one of abs, min, max, crosses_above, crosses_below, was "crosses"; the nearest is'],
    ['abs(a, b) > 1', 'expected 1 numbers in abs(), was 2; at line 1, column 1'],
    ['min(a) > 1', 'expected 2 or more numbers in min(), was 1'],
    ['bands.uper > 1', 'output of bands: expected one of middle, upper, was "uper"; the nearest is upper'],
    ['a.upper > 1', 'output of a: expected nothing, as there is none, was "upper"'],
    ['prev.prev.a > 1', 'expected one of a, b, bands, p, was "prev"'],
    ['prev > 1', 'expected one of a, b, bands, p, prev, was "prev"'],
    ['crosses_above(prev.a, b)', 'expected to look one candle back at most, was two; at line 1, column 15'],
  ])('%j says what was expected', (text, message) => {
    expect(failure(text)).toContain(message);
  });
});
