import { Decimal as Library } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, floorToStep, formatDecimal, parseDecimal, roundQuote } from './decimal.js';

const Exact = Library.clone({ precision: 40, rounding: Library.ROUND_HALF_EVEN, toExpNeg: -40, toExpPos: 40 });

/** So many digits that a quotient is not rounded up to a whole number. */
const Wide = Library.clone({ precision: 200 });

/** Decimal texts of every size, many of them at the edge of what a double's whole numbers hold. */
const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9), { minLength: min, maxLength: max })
    .map((all) => all.join(''));
const text = fc
  .tuple(fc.constantFrom('', '', '-'), digits(1, 17), fc.oneof(fc.constant(''), digits(1, 12)))
  .map(([sign, whole, part]) => `${sign}${whole}${part === '' ? '' : `.${part}`}`);
const edge = fc.constantFrom(
  '0',
  '-0',
  '0.5',
  '-0.5',
  '1',
  '0.00000001',
  '9007199254740991',
  '-9007199254740991',
  '9007199254740992',
  '90071992.54740991',
  '999999999999999',
  '0.0000000000000000000001',
  '0.00000000000000000000001',
);
const any = fc.oneof({ arbitrary: text, weight: 4 }, edge);

const plain = (value: Library): string => (value.isZero() ? '0' : value.toFixed());

describe('Decimal', () => {
  it('gives what the library gives, for every operation', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [x, y] = [parseDecimal(a), parseDecimal(b)];
        const [p, q] = [new Exact(a), new Exact(b)];
        const found = {
          a: x.toFixed(),
          plus: x.plus(y).toFixed(),
          minus: x.minus(y).toFixed(),
          times: x.times(y).toFixed(),
          neg: x.neg().toFixed(),
          abs: x.abs().toFixed(),
          floor: x.floor().toFixed(),
          ceil: x.ceil().toFixed(),
          rounded: [0, 2, 8].map((places) => x.round(places).toFixed()),
          compared: Math.sign(x.comparedTo(y)),
          number: x.toNumber() + 0,
          zero: x.isZero(),
        };
        expect(found).toEqual({
          a: plain(p),
          plus: plain(p.plus(q)),
          minus: plain(p.minus(q)),
          times: plain(p.times(q)),
          neg: plain(p.neg()),
          abs: plain(p.abs()),
          floor: plain(p.floor()),
          ceil: plain(p.ceil()),
          rounded: [0, 2, 8].map((places) => plain(p.toDecimalPlaces(places, Library.ROUND_HALF_EVEN))),
          compared: p.comparedTo(q),
          number: p.toNumber() + 0,
          zero: p.isZero(),
        });
        if (q.isZero()) return;
        const down = (places: number): Library =>
          Wide.div(p.times(10 ** places), q)
            .floor()
            .div(10 ** places);
        expect([x.div(y), x.mod(y), x.divDown(y, 0), x.divDown(y, 8)].map((each) => each.toFixed())).toEqual(
          [p.div(q), p.mod(q), new Exact(down(0)).plus(0), new Exact(down(8)).plus(0)].map(plain),
        );
        expect(x.ratioTo(y) + 0).toBe(p.div(q).toNumber() + 0);
      }),
      { numRuns: 3000 },
    );
  });

  it('stays exact over many operations, whatever the sizes on the way', () => {
    const step = fc.tuple(fc.constantFrom('plus', 'minus', 'times'), any);
    fc.assert(
      fc.property(any, fc.array(step, { maxLength: 8 }), (start, steps) => {
        let ours = parseDecimal(start);
        let theirs = new Exact(start);
        for (const [name, value] of steps) {
          ours = ours[name](value);
          theirs = theirs[name](value);
        }
        expect(ours.toFixed()).toBe(plain(theirs));
      }),
    );
  });

  it('takes numbers by their shortest text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
        expect(Decimal.of(value).toFixed()).toBe(plain(new Exact(value)));
        expect(Decimal.of(1).plus(value).toFixed()).toBe(plain(new Exact(1).plus(value)));
      }),
    );
  });

  it('finds the least and the most', () => {
    expect(Decimal.min('3', 2, Decimal.of('2.5')).toFixed()).toBe('2');
    expect(Decimal.max('3', 2, Decimal.of('3.5')).toFixed()).toBe('3.5');
  });

  it('refuses what is no number, and to divide by 0', () => {
    for (const bad of ['', '1.', '.5', '1e3', 'NaN', ' 1', '--1', '1.2.3', '٣']) {
      expect(() => parseDecimal(bad)).toThrow(`expected a decimal string, was ${JSON.stringify(bad)}`);
    }
    expect(() => Decimal.of(NaN)).toThrow('expected a finite number, was NaN');
    expect(() => Decimal.of('one')).toThrow('expected a number, was "one"');
    expect(() => Decimal.of(5).div(0)).toThrow('expected a divisor other than 0 for 5');
    expect(() => Decimal.of(5).mod('0.00')).toThrow('expected a divisor other than 0 for 5');
  });

  it('rounds quote amounts half-even, and down to steps', () => {
    expect(formatDecimal(roundQuote(parseDecimal('0.000000005')))).toBe('0');
    expect(formatDecimal(roundQuote(parseDecimal('0.000000015')))).toBe('0.00000002');
    expect(formatDecimal(floorToStep(parseDecimal('1.23456789'), parseDecimal('0.0003')))).toBe('1.2345');
    expect(JSON.stringify({ price: parseDecimal('1.50') })).toBe('{"price":"1.5"}');
  });
});
