import { expect, test } from 'vitest';
import { HelpShown } from '../../command-line.js';
import { InputError } from '../../interruption.js';
import { parseBusFlags } from './command-line.js';
import { PARTS } from './cases.js';

test('everything is measured three times for ten seconds unless told otherwise', () => {
  expect(parseBusFlags([])).toEqual({
    parts: new Set(PARTS),
    seconds: 10,
    warmUpSeconds: 3,
    repeats: 3,
    bullmqConcurrencies: [50, 100, 200],
    longStream: 1_000_000,
    memoryMessages: 1_000_000,
  });
});

test('a quick check is short, and takes what is given beside it', () => {
  expect(parseBusFlags(['--quick'])).toMatchObject({ seconds: 2, repeats: 1, memoryMessages: 50_000 });
  expect(parseBusFlags(['--quick', '--seconds', '5', '--repeats', '2'])).toMatchObject({ seconds: 5, repeats: 2 });
});

test('only the named parts are measured', () => {
  expect(parseBusFlags(['--only', 'raw, bus-exactly-once']).parts).toEqual(new Set(['raw', 'bus-exactly-once']));
});

test('the figures are printed, or written to a file', () => {
  expect(parseBusFlags(['--json']).json).toBe(true);
  expect(parseBusFlags(['--json', 'figures.json']).json).toBe('figures.json');
  expect('json' in parseBusFlags([])).toBe(false);
});

test.each([
  [['--seconds', '0'], 'from 1 to 120'],
  [['--seconds', '1.5'], 'from 1 to 120'],
  [['--repeats', 'many'], 'from 1 to 100'],
  [['--only', 'raw,kafka'], 'expected names out of raw, raw-output, bus-bare'],
  [['--only', ''], 'expected names out of'],
  [['--fast'], 'unknown option'],
  [['raw'], 'too many arguments'],
])('%j is refused', (argv, reason) => {
  expect(() => parseBusFlags(argv)).toThrow(InputError);
  expect(() => parseBusFlags(argv)).toThrow(reason);
});

test('help is no failure', () => {
  expect(() => parseBusFlags(['--help'])).toThrow(HelpShown);
});
