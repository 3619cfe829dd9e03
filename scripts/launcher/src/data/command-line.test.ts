import { describe, expect, it } from 'vitest';
import { HelpShown } from '../command-line.js';
import { InputError } from '../interruption.js';
import { parseDataCommand } from './command-line.js';

const FETCH = ['fetch', '--exchange', 'kraken', '--symbol', 'BTC/USD', '--timeframe', '1m', '--from', '2024-01-01'];

describe('the data command', () => {
  it('reads each of its five commands', () => {
    expect(parseDataCommand([...FETCH, '--to', '1709251200000', '--out', 'a.csv.gz'])).toEqual({
      name: 'fetch',
      flags: {
        exchange: 'kraken',
        symbol: ['BTC/USD'],
        timeframe: '1m',
        from: Date.parse('2024-01-01T00:00:00Z'),
        to: 1_709_251_200_000,
        out: 'a.csv.gz',
      },
    });
    expect(parseDataCommand(['import', 'a.csv', 'b.csv', '--symbol', 'BTC-USD', 'ETH-USD', '--replace'])).toEqual({
      name: 'import',
      flags: { files: ['a.csv', 'b.csv'], symbol: ['BTC-USD', 'ETH-USD'], source: 'replay', replace: true },
    });
    expect(parseDataCommand(['export', '--symbol', 'BTC-USD', '--out', 'a.csv', '--live'])).toEqual({
      name: 'export',
      flags: { symbol: 'BTC-USD', out: 'a.csv', live: true },
    });
    expect(parseDataCommand(['list', '--json', '--url', 'http://a:1'])).toEqual({
      name: 'list',
      flags: { json: true, url: 'http://a:1' },
    });
    expect(parseDataCommand(['verify', '--strict', '--show', '0', '--json', 'out.json'])).toEqual({
      name: 'verify',
      flags: { files: [], strict: true, show: 0, json: 'out.json' },
    });
  });

  it('shows help for the whole and for each command', () => {
    expect(() => parseDataCommand(['--help'])).toThrow(HelpShown);
    expect(() => parseDataCommand(['verify', '-h'])).toThrow(HelpShown);
  });

  it.each([
    [[], 'expected fetch, import, export, list or verify; --help explains them'],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['list', 'x'], "too many arguments for 'list'. Expected 0 arguments but got 1."],
    [['import'], "missing required argument 'file'"],
    [[...FETCH, '--to', '2023-01-01'], '--from: expected a time before --to, was not'],
    [[...FETCH, '--out', 'a.txt'], '--out: expected a name that ends in .csv or .csv.gz, was a.txt'],
    [[...FETCH, '--symbol', 'ETH/USD', '--out', 'a.csv'], '--out: expected with one --symbol, was with 2'],
  ])('refuses %j', (argv, message) => {
    let caught: unknown;
    try {
      parseDataCommand(argv);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InputError);
    expect(caught).toMatchObject({ message });
  });
});
