import { Decimal } from '@octant/trading/money/decimal';
import { BinanceError } from './binance-error.js';

/** The parameters of a request, read as Binance reads them. */
export class BinanceParams {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: Iterable<readonly [string, string]>) {
    this.#values = new Map(values);
  }

  find(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === '' ? undefined : value;
  }

  get(name: string): string {
    return this.find(name) ?? missing(name);
  }

  findDecimal(name: string): Decimal | undefined {
    const text = this.find(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,20}(\.\d{1,20})?$/.test(text)) {
      throw new BinanceError(
        -1100,
        `Illegal characters found in parameter '${name}'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.`,
      );
    }
    return Decimal.of(text);
  }

  getDecimal(name: string): Decimal {
    return this.findDecimal(name) ?? missing(name);
  }

  findInt(name: string): number | undefined {
    const text = this.find(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) {
      throw new BinanceError(-1100, `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`);
    }
    return Number(text);
  }

  /** One of the known words. */
  findWord<W extends string>(name: string, words: readonly W[]): W | undefined {
    const text = this.find(name);
    if (text === undefined) return undefined;
    const word = words.find((known) => known === text);
    if (word !== undefined) return word;
    const codes: Readonly<Record<string, number>> = { type: -1116, side: -1117, timeInForce: -1115 };
    throw new BinanceError(codes[name] ?? -1130, `Data sent for parameter '${name}' is not valid.`);
  }

  refuse(...names: readonly string[]): void {
    for (const name of names) {
      if (this.find(name) !== undefined) throw new BinanceError(-1106, `Parameter '${name}' sent when not required.`);
    }
  }
}

function missing(name: string): never {
  throw new BinanceError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}
