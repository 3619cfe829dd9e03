import { basename } from 'node:path';
import { shortestStepMs, timeframeOfStep } from '@octant/trading/market/infer-timeframe';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import { InputError } from '../interruption.js';

/** Lines that are looked at; a file in which none of so many follow each other is of no timeframe. */
const LINES = 5000;

/**
 * The timeframe of a candle file: the one that its name has as a word (`BTC-USDT.binance.1h.csv.gz`), else the shortest
 * distance of its candles.
 * @throws InputError when neither says it.
 */
export function timeframeOfFile(file: string, text: string): TimeframeName {
  const words = basename(file).split(/[^A-Za-z0-9]+/);
  const named = timeframeName.options.find((name) => words.includes(name));
  if (named !== undefined) return named;
  const step = shortestStepMs(Float64Array.from(firstTimes(text)).sort());
  const found = step === undefined ? undefined : timeframeOfStep(step);
  if (found !== undefined) return found;
  const why = step === undefined ? 'its candles are too few to tell' : `its candles are ${step} ms apart`;
  throw new InputError(`${file}: expected --timeframe, for the file's name has none and ${why}`);
}

function firstTimes(text: string): number[] {
  const times: number[] = [];
  let at = text.indexOf('\n') + 1;
  for (let line = 0; line < LINES && at > 0; line += 1) {
    const time = /^\s*(\d{12,14})\s*,/.exec(text.slice(at, at + 20))?.[1];
    if (time !== undefined) times.push(Number(time));
    at = text.indexOf('\n', at) + 1;
  }
  return times;
}
