import { columnsOf, type CandleColumns } from '../market/candle-columns.js';

/** Candles without opens, from columns of one length; one day apart from 2024-01-01T00:00Z, volume 1 unless given. */
export function columnsFrom(series: {
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume?: readonly number[];
}): CandleColumns {
  return columnsOf(
    series.close.map((close, index) => ({
      openTimeMs: 1_704_067_200_000 + index * 86_400_000,
      open: close,
      high: series.high[index] ?? close,
      low: series.low[index] ?? close,
      close,
      volume: series.volume?.[index] ?? 1,
    })),
  );
}

/** Candles that never move from one price: high, low and close are the value. */
export function closesOnly(close: readonly number[], volume?: readonly number[]): CandleColumns {
  return columnsFrom({ high: close, low: close, close, ...(volume === undefined ? {} : { volume }) });
}

/** The fifteen candles that Tulip Indicators (tulipindicators.org) tests and documents all its indicators with. */
export const tulipCandles: CandleColumns = columnsFrom({
  high: [82.15, 81.89, 83.03, 83.3, 83.85, 83.9, 83.33, 84.3, 84.84, 85.0, 85.9, 86.58, 86.98, 88.0, 87.87],
  low: [81.29, 80.64, 81.31, 82.65, 83.07, 83.11, 82.49, 82.3, 84.15, 84.11, 84.03, 85.39, 85.76, 87.17, 87.01],
  close: [81.59, 81.06, 82.87, 83.0, 83.61, 83.15, 82.84, 83.99, 84.55, 84.36, 85.53, 86.54, 86.89, 87.77, 87.29],
  volume: [
    5653100, 6447400, 7690900, 3831400, 4455100, 3798000, 3936200, 4732000, 4841300, 3915300, 6830800, 6694100, 5293600,
    7985800, 4807900,
  ],
});

/** The first 36 of the 252 daily candles that TA-Lib's regression test (ta_regtest, test_data.c) runs on. */
export const taLibCandles: CandleColumns = columnsFrom({
  high: [
    93.25, 94.94, 96.375, 96.19, 96, 94.72, 95, 93.72, 92.47, 92.75, 96.25, 99.625, 99.125, 92.75, 91.315, 93.25,
    93.405, 90.655, 91.97, 92.25, 90.345, 88.5, 88.25, 85.5, 84.44, 84.75, 84.44, 89.405, 88.125, 89.125, 87.155, 87.25,
    87.375, 88.97, 90, 89.845,
  ],
  low: [
    90.75, 91.405, 94.25, 93.5, 92.815, 93.5, 92, 89.75, 89.44, 90.625, 92.75, 96.315, 96.03, 88.815, 86.75, 90.94,
    88.905, 88.78, 89.25, 89.75, 87.5, 86.53, 84.625, 82.28, 81.565, 80.875, 81.25, 84.065, 85.595, 85.97, 84.405,
    85.095, 85.5, 85.53, 87.875, 86.565,
  ],
  close: [
    91.5, 94.815, 94.375, 95.095, 93.78, 94.625, 92.53, 92.75, 90.315, 92.47, 96.125, 97.25, 98.5, 89.875, 91, 92.815,
    89.155, 89.345, 91.625, 89.875, 88.375, 87.625, 84.78, 83, 83.5, 81.375, 84.44, 89.25, 86.375, 86.25, 85.25, 87.125,
    85.815, 88.97, 88.47, 86.875,
  ],
});
