import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { agent } from '../../../agents/market-analyst/src/agent.js';
import { AgentDesk, SERVICE_TOKEN } from '../../support/agent-desk.js';
import { startDataCommand, type CommandEnd } from '../../support/run-data-command.js';
import { ExchangeDouble, type DoubleCandle } from './exchange-double.js';

const HEADER = 'timestamp,open,high,low,close,volume';
const MINUTE = 60_000;
const START = Date.parse('2024-03-01T00:00:00Z');
const NOTHING = { count: 0, first: [] };

let folder: string;
let desk: AgentDesk;
let exchange: ExchangeDouble;
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octant-data-'));
  desk = await AgentDesk.open('data_command');
  exchange = await ExchangeDouble.open();
  const { databaseUrl, schema } = desk.servers;
  env = {
    OCTANT_HOME: join(folder, 'home'),
    DATABASE_URL: databaseUrl,
    OCTANT_PG_SCHEMA: schema,
    BINANCE_API_URL: exchange.url,
    KRAKEN_API_URL: exchange.url,
  };
});

afterEach(() => {
  exchange.onRequest = () => undefined;
  exchange.newestOnly = Number.POSITIVE_INFINITY;
});

afterAll(async () => {
  exchange.close();
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], more: Record<string, string> = {}): Promise<CommandEnd> =>
  startDataCommand(args, { ...env, ...more }).end;

async function json(args: readonly string[], more: Record<string, string> = {}) {
  const { code, stdout, stderr } = await run([...args, '--json'], more);
  return { code, stderr, body: (stdout === '' ? undefined : JSON.parse(stdout)) as unknown };
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function rowAt(minute: number, close = '101.50'): string {
  return `${String(START + minute * MINUTE)},100.10,102.000,99.9,${close},12.34567890123456789`;
}

function csv(...rows: string[]): string {
  return [HEADER, ...rows, ''].join('\n');
}

function minutes(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => rowAt(from + index));
}

describe('a candle file that is bad input', () => {
  const cases: readonly [what: string, content: string | Buffer, message: RegExp][] = [
    ['empty', '', /:1: expected the header timestamp,open,high,low,close,volume, was an empty file/],
    [
      'without a column',
      'timestamp,open,high,low,close\n1,1,1,1,1\n',
      /:1: expected the header .*missing column volume/,
    ],
    ['without rows', csv(), /:1: expected at least one candle/],
    ['with NaN', csv(rowAt(0), rowAt(1, 'NaN')), /:3: close: expected a number, was "NaN"/],
    ['with Infinity', csv(rowAt(0, 'Infinity')), /:2: close: expected a number, was "Infinity"/],
    ['with a negative price', csv(`${String(START)},-1,2,-1,1,1`), /:2: low: expected a price above 0, was -1/],
    ['with a duplicate', csv(rowAt(0), rowAt(0)), /:3: timestamp: expected each time once, was 1709251200000/],
    ['out of order', csv(rowAt(1), rowAt(0)), /:3: timestamp: expected a time after .*time goes backwards/],
    ['off the grid', csv(`${String(START + 1)},1,1,1,1,1`), /:2: timestamp: expected an open time of a 1m candle/],
    [
      'of another timeframe',
      csv(...Array.from({ length: 12 }, (_, index) => rowAt(60 * index))),
      /timeframe: expected 1m candles, was none nearer to the next than 3600000 ms, which looks like 1h/,
    ],
    ['of seconds', csv('1709251200,1,1,1,1,1'), /:2: timestamp: .*looks like seconds/],
    ['of a ragged row', csv(rowAt(0), `${rowAt(1)},7`), /:3: expected 6 cells, was 7/],
    ['of a cut gzip', gzipSync(csv(...minutes(0, 500))).subarray(0, 900), /was: a gzip file that is cut short/],
    ['of a spoilt gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), /expected a readable CSV/],
    ['of binary rubbish', Buffer.from([0x50, 0x00, 0xff, 0x13, 0x00]), /expected CSV text in UTF-8, was binary/],
    ['of UTF-16', Buffer.from(`\uFEFF${csv(rowAt(0))}`, 'utf16le'), /expected CSV text in UTF-8, was UTF-16/],
    ['of a ZIP archive', Buffer.from('PK\u0003\u0004rest'), /was a ZIP archive: unpack it first/],
  ];

  test.each(cases)(
    '%s is refused with exit code 2 and the place, and nothing is stored',
    async (...[what, content, message]) => {
      const path = file(`BTC-USDT.1m.${what.replaceAll(' ', '-')}.csv`, content);
      const { code, stdout, stderr } = await run(['import', path, '--timeframe', '1m', '--source', 'bad']);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
      expect(stderr.startsWith(path)).toBe(true);
      expect(existsSync(join(folder, 'home'))).toBe(false);
    },
  );

  test('a gzip bomb is not unpacked beyond the bound', async () => {
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => gzipSync(Buffer.alloc(16 * 1024 * 1024, '1'))));
    const { code, stderr } = await run(['verify', file('BTC-USDT.1m.bomb.csv.gz', bomb)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bomb\.csv\.gz: expected a readable .* was: more than 480 MiB of text/);
  });

  test('flags are refused by name, value and expectation', async () => {
    const good = file('plain.csv', csv(rowAt(0)));
    const cases: readonly [string[], RegExp][] = [
      [[], /expected fetch, import, export, list or verify/],
      [['fetch', '--exchange', 'kraken'], /required option '--symbol/],
      [['import', 'none.csv'], /none\.csv: expected a CSV or CSV\.gz file, was nothing/],
      [['import', good], /plain\.csv: expected --symbol/],
      [['import', good, '--symbol', 'BTC-USDX'], /nearest is BTC-USD/],
      [['import', good, '--symbol', 'BTC-USDT'], /plain\.csv: expected --timeframe/],
      [['verify', good, '--from', '2024-01-01'], /--from: expected for stored candles, was with a file/],
      [['export', '--symbol', 'BTC-USDT', '--out', 'x.txt'], /--out: expected a name that ends in \.csv or \.csv\.gz/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await run(args);
      expect([code, message.test(stderr) ? message.source : stderr]).toEqual([2, message.source]);
    }
    const help = await run(['fetch', '--help']);
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('--exchange <id>')]);
  });
});

describe('stored candles', () => {
  const canonical = csv(...minutes(0, 5001), ...minutes(5004, 6000));

  test('are imported once, listed, verified, and exported byte by byte', async () => {
    const path = file('BTC-USDT.1m.csv.gz', gzipSync(canonical));
    const series = { source: 'replay', symbol: 'BTC-USDT', timeframe: '1m' };
    const summary = { ...series, candles: 5997, gaps: 1, missing: 3 };
    const counts = { file: path, candles: 5997, replaced: 0, differing: 0, conflicts: [], ok: true };
    expect(await json(['import', path])).toMatchObject({
      code: 0,
      body: { files: [{ ...series, ...counts, stored: 5997, duplicates: 0 }], ok: true },
    });
    expect(await json(['import', path])).toMatchObject({
      code: 0,
      body: { files: [{ ...series, ...counts, stored: 0, duplicates: 5997 }], ok: true },
    });
    const bounds = { firstOpenTimeMs: START, lastOpenTimeMs: START + 5999 * MINUTE };
    expect((await json(['list'])).body).toEqual({ series: [{ ...summary, ...bounds }] });
    expect(await json(['verify', '--symbol', 'BTC/USDT'])).toMatchObject({
      code: 0,
      body: { verified: [{ what: 'replay BTC-USDT 1m', report: { candles: 5997, missing: 3, isSound: true } }] },
    });
    expect((await run(['verify', '--strict'])).code).toBe(1);
    for (const name of ['out.csv', 'out.csv.gz']) {
      const out = join(folder, name);
      expect((await run(['export', '--symbol', 'BTCUSDT', '--out', out])).code).toBe(0);
      const bytes = readFileSync(out);
      expect((name.endsWith('gz') ? gunzipSync(bytes) : bytes).toString()).toBe(canonical);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('are not changed by a file with other values, unless it is told to', async () => {
    const path = file('other.csv', csv(rowAt(5000), rowAt(5001), rowAt(5004, '101.5'), rowAt(5005, '100.99')));
    const args = ['import', path, '--symbol', 'BTC-USDT', '--timeframe', '1m'];
    const conflict = { openTimeMs: START + 5005 * MINUTE, field: 'close', stored: '101.50', given: '100.99' };
    const refused = { stored: 0, duplicates: 2, replaced: 0, differing: 1, conflicts: [conflict], ok: false };
    expect(await json(args)).toMatchObject({ code: 1, body: { files: [refused], ok: false } });
    const said = (await run(args)).stdout;
    expect(said).toContain('2024-03-04T11:25:00.000Z close: stored 101.50, in the file 100.99');
    const replaced = { stored: 1, duplicates: 2, replaced: 1, differing: 1, ok: true };
    expect(await json([...args, '--replace'])).toMatchObject({ code: 0, body: { files: [replaced], ok: true } });
    expect(await json(args)).toMatchObject({ code: 0, body: { files: [{ stored: 0, duplicates: 4, differing: 0 }] } });
  });

  test('are reached by way of a running market analyst with the same results', async () => {
    const analyst = await desk.start(agent);
    const more = { MARKET_ANALYST_URL: analyst.url, SERVICE_TOKEN };
    expect((await json(['list'], more)).body).toEqual((await json(['list'])).body);
    const path = file('ETH-USDT.1m.csv', csv(...minutes(0, 5200)));
    const stored = { stored: 5200, duplicates: 0, replaced: 0 };
    expect(await json(['import', path], more)).toMatchObject({ code: 0, body: { files: [stored] } });
    expect(await json(['import', path], more)).toMatchObject({
      code: 0,
      body: { files: [{ stored: 0, duplicates: 5200 }] },
    });
    const other = file('ETH-USDT.1m.other.csv', csv(rowAt(3, '100.77')));
    expect(await json(['import', other], more)).toMatchObject({
      code: 1,
      body: { files: [{ differing: 1, stored: 0 }] },
    });
    expect(await json(['import', other, '--replace'], more)).toMatchObject({
      code: 0,
      body: { files: [{ replaced: 1 }] },
    });
    const out = join(folder, 'eth.csv');
    expect((await run(['export', '--symbol', 'ETH-USDT', '--out', out], more)).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(csv(...minutes(0, 3), rowAt(3, '100.77'), ...minutes(4, 5200)));
    expect((await json(['verify'], more)).body).toEqual((await json(['verify'])).body);
  });
});

describe('a file under audit', () => {
  test('is unsound with exit code 1, and every fault counts', async () => {
    const path = file(
      'audit.1m.csv',
      `\uFEFF${csv(rowAt(0), rowAt(0), rowAt(2), 'rubbish', rowAt(1))}`.replaceAll('\n', '\r\n'),
    );
    const { code, body } = await json(['verify', path]);
    const one = (line: number) => ({ count: 1, first: [{ line }] });
    expect([code, body]).toMatchObject([
      1,
      {
        ok: false,
        verified: [
          {
            what: path,
            timeframe: '1m',
            ok: false,
            report: {
              candles: 2,
              missing: 1,
              faults: {
                unreadable: one(5),
                duplicate: one(3),
                backwards: one(6),
                misaligned: NOTHING,
                unsound: NOTHING,
                wrongTimeframe: NOTHING,
              },
              remarks: { gap: { count: 1 } },
            },
          },
        ],
      },
    ]);
  });
});

describe('fetched candles', () => {
  const HOLE = new Set([1500, 1501, 3000]);
  const symbol = ['--symbol', 'BTC/USDT', '--timeframe', '1m'];

  function fill(from: number, to: number): void {
    exchange.candles = [];
    for (let minute = from; minute < to; minute += 1) {
      if (!HOLE.has(minute)) exchange.candles.push(candleAt(minute));
    }
  }

  function candleAt(minute: number): DoubleCandle {
    const [openTimeMs = 0, open = '', high = '', low = '', close = '', volume = ''] = rowAt(minute).split(',');
    return { openTimeMs: Number(openTimeMs), open, high, low, close, volume };
  }

  const wanted = csv(...minutes(0, 6000).filter((_, minute) => !HOLE.has(minute)));
  const range = ['--from', '2024-03-01', '--to', '2024-03-05T04:00:00Z'];

  test('reach a file page by page; a killed run is taken up, and what the exchange has not is counted', async () => {
    fill(-10, 6100);
    const out = join(folder, 'fetched.csv.gz');
    const args = ['fetch', '--exchange', 'binance', ...symbol, ...range, '--out', out];
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const started = startDataCommand(args, env);
      let pages = 0;
      exchange.onRequest = (path) => {
        pages += path.endsWith('/klines') ? 1 : 0;
        if (pages === 3) started.child.kill(signal);
      };
      expect((await started.end).code).toBe(signal === 'SIGINT' ? 130 : null);
    }
    exchange.onRequest = () => undefined;
    const rows = gunzipSync(readFileSync(out)).toString().trimEnd().split('\n').length - 1;
    // Two pages of each run; the second one asks for the hole that the first has left once more.
    expect(rows).toBeGreaterThanOrEqual(3500);
    const { code, body } = await json(args);
    const gaps = { count: 2, missing: 3 };
    expect([code, body]).toMatchObject([
      0,
      { exchange: 'binance', symbols: [{ fetched: 5997 - rows, there: rows, gaps, refused: 0, interrupted: false }] },
    ]);
    expect(gunzipSync(readFileSync(out)).toString()).toBe(wanted);
    expect(readdirSync(folder).filter((name) => name.startsWith('fetched'))).toEqual(['fetched.csv.gz']);
    const again = await json(args);
    expect(again.body).toMatchObject({ symbols: [{ fetched: 0, there: 5997, gaps }] });
  });

  test('reach the store, where a second run only asks for what is missing', async () => {
    fill(0, 6100);
    const args = ['fetch', '--exchange', 'binance', ...symbol, ...range, '--source', 'fetched'];
    expect(await json(args)).toMatchObject({ code: 0, body: { symbols: [{ fetched: 5997, there: 0 }] } });
    HOLE.delete(1501);
    fill(0, 6100);
    const gaps = {
      count: 2,
      missing: 2,
      first: [{ fromMs: START + 1500 * MINUTE }, { fromMs: START + 3000 * MINUTE }],
    };
    expect(await json(args)).toMatchObject({ code: 0, body: { symbols: [{ fetched: 1, there: 5997, gaps }] } });
    HOLE.add(1501);
  });

  test('of an exchange that gives only its newest end there, and the rest counts as missing', async () => {
    fill(0, 6100);
    exchange.newestOnly = 720;
    const args = ['fetch', '--exchange', 'kraken', '--symbol', 'BTC/USD', '--timeframe', '1m', ...range];
    const { code, body } = await json([...args, '--out', join(folder, 'kraken.csv')]);
    const gaps = { count: 1, missing: 5380, first: [{ fromMs: START, toMs: START + 5380 * MINUTE, missing: 5380 }] };
    expect([code, body]).toMatchObject([0, { symbols: [{ fetched: 620, requests: 1, gaps }] }]);
  });

  test('never have the one that is forming', async () => {
    const formingMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    const days = [3, 2, 1, 0].map((ago) => ({ ...candleAt(0), openTimeMs: formingMs - ago * 86_400_000 }));
    exchange.candles = days;
    const from = new Date(formingMs - 3 * 86_400_000).toISOString();
    const args = ['fetch', '--exchange', 'kraken', '--symbol', 'BTC/USD', '--timeframe', '1d', '--from', from];
    const out = join(folder, 'days.csv');
    expect((await run([...args, '--out', out])).code).toBe(0);
    const times = readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => Number(row.split(',')[0]));
    expect(times).toEqual(days.slice(0, 3).map(({ openTimeMs }) => openTimeMs));
  });

  test('of an exchange or a market that there is not are bad input', async () => {
    fill(0, 10);
    const unknown = await run(['fetch', '--exchange', 'krakn', ...symbol, ...range, '--out', join(folder, 'x.csv')]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('was "krakn"')]);
    const args = ['--symbol', 'ETH/USDT', '--timeframe', '1m', ...range, '--out', join(folder, 'x.csv')];
    const market = await run(['fetch', '--exchange', 'binance', ...args]);
    expect([market.code, market.stderr]).toEqual([2, expect.stringContaining('ETH-USDT')]);
    expect(existsSync(join(folder, 'x.csv'))).toBe(false);
  });
});
