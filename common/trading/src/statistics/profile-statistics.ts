import { computeStatistics, type Statistics, type StatisticsInput } from './compute-statistics.js';
import { empyricalStatistics } from './profiles/empyrical-statistics.js';
import { freqtradeStatistics } from './profiles/freqtrade-statistics.js';
import { nautilusStatistics } from './profiles/nautilus-statistics.js';

/** Whose conventions figures follow: ours, or those of a tool that a user wants to compare with. */
export const STATISTICS_PROFILES = ['octant', 'freqtrade', 'empyrical', 'nautilus'] as const;
export type StatisticsProfile = (typeof STATISTICS_PROFILES)[number];

const BY_PROFILE: Readonly<Record<StatisticsProfile, (input: StatisticsInput) => Statistics>> = {
  octant: computeStatistics,
  freqtrade: freqtradeStatistics,
  empyrical: empyricalStatistics,
  nautilus: nautilusStatistics,
};

/**
 * The figures of a run as that tool computes them, in the shape of ours. A figure that the tool does not publish is null
 * with n = 0; one that it publishes as -100, 0 or NaN where it is undefined is null.
 */
export function profileStatistics(input: StatisticsInput, profile: StatisticsProfile): Statistics {
  return BY_PROFILE[profile](input);
}
