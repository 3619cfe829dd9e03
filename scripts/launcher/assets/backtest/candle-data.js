/* global document, atob, Blob, DecompressionStream, Response */
/** Unpacks the candles of the page into columns; the opposite of pack-candles.ts. */
export async function unpackCandles(packed) {
  const bytes = Uint8Array.from(atob(packed.data), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const plain = new Uint8Array(await new Response(stream).arrayBuffer());
  let at = 0;
  const next = () => {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = plain[at++];
      if (byte < 128) {
        value += byte * factor;
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      value += (byte - 128) * factor;
      factor *= 128;
    }
  };
  const n = packed.count;
  const [time, open, high, low, close] = Array.from({ length: 5 }, () => new Float64Array(n));
  const body = [new Float64Array(n), new Float64Array(n)];
  let ms = packed.firstOpenMs - packed.stepMs;
  for (let i = 0; i < n; i += 1) time[i] = ms += (next() + 1) * packed.stepMs;
  for (let i = 0; i < n; i += 1) body[0][i] = next();
  for (let i = 0; i < n; i += 1) body[1][i] = next();
  let before = 0;
  for (let i = 0; i < n; i += 1) {
    open[i] = before + body[0][i];
    before = close[i] = open[i] + body[1][i];
  }
  for (let i = 0; i < n; i += 1) high[i] = Math.max(open[i], close[i]) + next();
  for (let i = 0; i < n; i += 1) low[i] = Math.min(open[i], close[i]) - next();
  for (const column of [open, high, low, close]) for (let i = 0; i < n; i += 1) column[i] /= packed.scale;
  return { n, time, open, high, low, close, stepMs: packed.stepMs, levels: pyramidOf(high, low) };
}

/** Highest highs and lowest lows of runs of 8, 64, 512 … candles: any stretch is drawn from a few thousand numbers. */
function pyramidOf(high, low) {
  const levels = [{ stride: 1, high, low }];
  for (let below = levels[0]; below.high.length > 512; below = levels[levels.length - 1]) {
    const n = Math.ceil(below.high.length / 8);
    const level = { stride: below.stride * 8, high: new Float64Array(n), low: new Float64Array(n) };
    for (let i = 0; i < n; i += 1) {
      let most = -Infinity;
      let least = Infinity;
      for (let j = i * 8; j < Math.min(below.high.length, i * 8 + 8); j += 1) {
        most = Math.max(most, below.high[j]);
        least = Math.min(least, below.low[j]);
      }
      level.high[i] = most;
      level.low[i] = least;
    }
    levels.push(level);
  }
  return levels;
}

/** Index of the last candle that opens at or before the time; -1 before the first. */
export function candleAt(candles, ms) {
  let low = 0;
  let high = candles.n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (candles.time[middle] <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What the page carries below that id. */
export function embedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}
