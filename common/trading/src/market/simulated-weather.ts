import { normalFrom, seededRandom } from './random.js';

/** What a simulated market as a whole does in one candle; returns are in units of a calm candle's deviation. */
export interface Weather {
  /** Factor on every symbol's noise; above 0, clusters in time, high after a crash. */
  turbulence: number;
  /** Noise that all symbols share. */
  sharedNoise: number;
  /** 0, or far below 0 while the market crashes. */
  crash: number;
}

const CRASH_CHANCE = 1 / 1500;
const TURBULENCE_MEMORY = 0.97;
const TURBULENCE_SHOCK = 0.12;
const SHARED_DEVIATION = 0.5;

/** The weather candle by candle; the same for all symbols that are simulated with the same seed. */
export function weatherFrom(seed: string): () => Weather {
  const random = seededRandom(seed);
  const normal = normalFrom(random);
  let logTurbulence = 0;
  let crashCandlesLeft = 0;
  return () => {
    logTurbulence = TURBULENCE_MEMORY * logTurbulence + TURBULENCE_SHOCK * normal();
    if (crashCandlesLeft === 0 && random() < CRASH_CHANCE) {
      crashCandlesLeft = 2 + Math.floor(random() * 5);
      logTurbulence += 0.8;
    }
    let crash = 0;
    if (crashCandlesLeft > 0) {
      crashCandlesLeft -= 1;
      crash = -(4 + 5 * random());
    }
    return { turbulence: Math.exp(logTurbulence), sharedNoise: SHARED_DEVIATION * normal(), crash };
  };
}
