import { afterEach, describe, expect, it, vi } from 'vitest';
import { HelpShown, parseCommandLine } from './command-line.js';
import { InputError } from './interruption.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const DEFAULTS = { basePort: 7001, screen: true };

describe('the flags of npm start', () => {
  it('have their defaults when none is given', () => {
    expect(parseCommandLine([])).toEqual(DEFAULTS);
  });

  it('take several files and symbols, in one flag or in many', () => {
    const argv = [
      '--replay',
      'a.csv',
      'b.csv',
      '--symbol',
      'BTC-USDT',
      '--symbol',
      'ETH-USDT',
      '--fees-bps',
      '7.5',
      '--json',
    ];
    expect(parseCommandLine(argv)).toEqual({
      ...DEFAULTS,
      replay: ['a.csv', 'b.csv'],
      symbol: ['BTC-USDT', 'ETH-USDT'],
      feesBps: 7.5,
      json: true,
    });
  });

  it('take times as ISO, in UTC where no zone is said, and as epoch milliseconds', () => {
    const replay = ['--replay', 'a.csv'];
    const times = ['2021-01-01', '2021-01-01T00:00', '2021-01-01T01:00:00+01:00', '1609459200000'];
    for (const time of times) expect(parseCommandLine([...replay, '--from', time]).from).toBe(1609459200000);
  });

  it.each([
    [['--replay', 'a.csv', '--from', 'yesterday'], /expected an ISO time/],
    [['--replay', 'a.csv', '--from', '1609459200'], /expected an ISO time/],
    [['--replay', 'a.csv', '--from', '2021-01-02', '--to', '2021-01-01'], /--from: expected a time before --to/],
    [['--replay', 'a.csv', '--live-data', 'kraken'], /expected --replay or --live-data, was both/],
    [['--report', 'r.json'], /--report: expected only together with --replay/],
    [['--timeframe', '7h'], /1m, 5m, 15m, 30m, 1h, 4h, 1d/],
    [['--mode', 'direct'], /http, pubsub, hybrid/],
    [['--fees-bps', '-1'], /expected basis points from 0 to 1000/],
    [['--base-port', '80'], /expected a port from 1024/],
    [['--no-such-flag'], /unknown option '--no-such-flag'/],
  ])('refuse %j', (argv, message) => {
    expect(() => parseCommandLine(argv)).toThrow(InputError);
    expect(() => parseCommandLine(argv)).toThrow(message);
  });

  it('are explained by --help, which is no error', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(() => parseCommandLine(['--help'])).toThrow(HelpShown);
    expect(write.mock.calls.map(([text]) => String(text)).join('')).toContain('--live-data <exchange>');
  });
});
