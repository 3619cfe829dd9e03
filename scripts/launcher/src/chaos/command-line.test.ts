import { describe, expect, it } from 'vitest';
import { InputError } from '../interruption.js';
import { parseChaosFlags } from './command-line.js';

describe('the flags of the chaos', () => {
  it('take a whole run', () => {
    const argv =
      '--seed 9 --messages 500 --worker-kills 4 --redis-kills 3 --postgres-stops 2 --flushes 1 --workers 5 --rate 50';
    expect(parseChaosFlags([...argv.split(' '), '--json', 'out.json', '--keep'])).toEqual({
      seed: 9,
      messages: 500,
      workerKills: 4,
      redisKills: 3,
      postgresStops: 2,
      flushes: 1,
      workers: 5,
      rate: 50,
      json: 'out.json',
      keep: true,
      home: 'chaos',
    });
  });

  it('make a short run with --quick, in what is not given', () => {
    expect(parseChaosFlags(['--quick', '--messages', '300'])).toMatchObject({
      messages: 300,
      workerKills: 12,
      redisKills: 2,
      postgresStops: 1,
    });
  });

  it.each([
    ['--seed', 'x', 'expected a whole number from 0 to 2147483648, was "x"'],
    ['--messages', '10', 'expected a whole number from 200 to 1000000, was "10"'],
    ['--workers', '1', 'expected a whole number from 2 to 32, was "1"'],
    ['--rate', '-5', 'expected a whole number from 1 to 100000, was "-5"'],
    ['--home', '../x', 'expected a name of lower-case letters, digits and -, was "../x"'],
  ])('refuse %s %s, naming the flag and what is expected', (flag, value, expectation) => {
    expect(() => parseChaosFlags([flag, value])).toThrow(InputError);
    expect(() => parseChaosFlags([flag, value])).toThrow(flag);
    expect(() => parseChaosFlags([flag, value])).toThrow(expectation);
  });
});
