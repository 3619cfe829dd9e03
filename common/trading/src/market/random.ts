/**
 * A repeatable source of numbers in [0, 1): the same seed gives the same sequence on every machine. 32 random bits each;
 * not for secrets. A number and its decimal text are the same seed.
 *
 * @source xoshiro128** 1.1 by D. Blackman and S. Vigna (2018), its state filled by splitmix32 from an FNV-1a hash of
 * the seed's text.
 */
export function seededRandom(seed: number | string): () => number {
  const next = xoshiro128(splitMix(fnv1a(String(seed))));
  return () => next() / 4_294_967_296;
}

/** The generator itself: 32-bit unsigned integers from four 32-bit words that are not all 0. */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state;
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Four well-mixed words; splitmix32 steps through every 32-bit value once, so they are never all 0. */
function splitMix(seed: number): [number, number, number, number] {
  let state = seed;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  return [next(), next(), next(), next()];
}

/**
 * Standard normal numbers (mean 0, deviation 1) from a source of uniform ones; takes two of those for every two results.
 *
 * @source G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates" (1958).
 */
export function normalFrom(uniform: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
