import { editDistance } from './edit-distance.js';

/** A symbol that the desk's market list does not have; the message names the nearest one that it has. */
export class UnknownSymbolError extends Error {
  override readonly name = 'UnknownSymbolError';
  readonly symbol: string;
  /** The listed symbol with the fewest edits from it; undefined when the list is empty. */
  readonly nearest: string | undefined;

  constructor(symbol: string, markets: readonly string[]) {
    const nearest = nearestSymbol(symbol, markets);
    const hint = nearest === undefined ? 'no market is listed' : `the nearest is ${nearest}`;
    super(`expected a listed symbol, was ${JSON.stringify(symbol)}; ${hint}`);
    this.symbol = symbol;
    this.nearest = nearest;
  }
}

/**
 * Finds the canonical name (`BTC-USDT`) of a symbol written with a dash, slash, underscore, colon or nothing between
 * base and quote, in either case.
 *
 * A text that names base and quote apart (`A-BC`) never matches another split of the same letters (`AB-C`).
 *
 * @throws UnknownSymbolError naming the nearest listed symbol when none matches, or when a text without a separator
 * matches several.
 */
export function resolveSymbol(text: string, markets: readonly string[]): string {
  const wanted = text.trim().toUpperCase();
  const dashed = wanted.replace(/[/_:]/g, '-');
  if (markets.includes(dashed)) return dashed;
  if (!dashed.includes('-')) {
    const matches = markets.filter((symbol) => compact(symbol) === wanted);
    if (matches.length === 1 && matches[0] !== undefined) return matches[0];
  }
  throw new UnknownSymbolError(text, markets);
}

/**
 * The listed symbol that a file's name carries, e.g. `BTC-USDT.binance.1h.csv.gz`, `Coinbase_BTCUSD_1h.csv` or
 * `data/ETH_USDT-1h.csv`; undefined when it carries none. The first one wins; folders do not count.
 */
export function symbolFromFileName(name: string, markets: readonly string[]): string | undefined {
  const base = name.split(/[/\\]/).at(-1) ?? name;
  const words = base.toUpperCase().split(/[^A-Z0-9]+/);
  for (const [index, word] of words.entries()) {
    const pair = `${word}-${words[index + 1] ?? ''}`;
    if (markets.includes(pair)) return pair;
    const matches = markets.filter((symbol) => compact(symbol) === word);
    if (matches.length === 1) return matches[0];
  }
  return undefined;
}

function compact(symbol: string): string {
  return symbol.replaceAll('-', '');
}

function nearestSymbol(text: string, markets: readonly string[]): string | undefined {
  const wanted = text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const symbol of markets) {
    const distance = editDistance(wanted, compact(symbol));
    if (distance < least) {
      least = distance;
      nearest = symbol;
    }
  }
  return nearest;
}
