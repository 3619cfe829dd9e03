import { Decimal } from '@octant/trading/money/decimal';
import type { SimMarket } from '../core/sim-market.js';

const assetIds: Readonly<Record<string, string>> = { BTC: 'XXBT', ETH: 'XETH', USD: 'ZUSD', EUR: 'ZEUR' };

/** `XXBT` of BTC. */
export function assetId(asset: string): string {
  return assetIds[asset] ?? asset;
}

/** `XBT` of BTC. */
export function altAsset(asset: string): string {
  return asset === 'BTC' ? 'XBT' : asset;
}

/** `XBTUSD`. */
export function altName({ base, quote }: SimMarket): string {
  return altAsset(base) + altAsset(quote);
}

/** `XXBTZUSD`; pairs with a newer currency go by their short names. */
export function pairId(market: SimMarket): string {
  const [base, quote] = [assetIds[market.base], assetIds[market.quote]];
  return base === undefined || quote === undefined ? altName(market) : base + quote;
}

/** `BTC/USD`, as the second version of the sockets has it. */
export function socketSymbol(symbol: string): string {
  return symbol.replace('-', '/');
}

/** All names that a pair goes by. */
export function namesOf(market: SimMarket): readonly string[] {
  const wsName = `${altAsset(market.base)}/${altAsset(market.quote)}`;
  return [pairId(market), altName(market), wsName, socketSymbol(market.symbol)];
}

export function decimalsOf(step: string): number {
  return (Decimal.of(step).toFixed().split('.')[1] ?? '').length;
}

/** `OSIM00-00000-00000A`: orders are O, trades T. */
export function txid(kind: 'O' | 'T' | 'A', id: number): string {
  const digits = id.toString(36).toUpperCase().padStart(13, '0');
  return `${kind}SIM${digits.slice(0, 2)}-${digits.slice(2, 7)}-${digits.slice(7)}`;
}

/** Undefined for what is no id of that kind. */
export function idOfTxid(kind: 'O' | 'T', text: string): number | undefined {
  const digits = new RegExp(`^${kind}SIM([0-9A-Z]{2})-([0-9A-Z]{5})-([0-9A-Z]{6})$`).exec(text);
  if (digits === null) return undefined;
  return Number.parseInt(digits.slice(1).join(''), 36);
}
