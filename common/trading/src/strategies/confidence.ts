/** Confidence of a buy whose score just reaches the entry threshold: passes the default `min_confidence` rule. */
export const CONFIDENCE_AT_ENTRY = 0.6;

/**
 * Confidence of a buy by how far its score is beyond the entry threshold: 0.6 at the threshold, rising towards 1,
 * 0.8 one score unit beyond it.
 *
 * @param excess score units beyond the threshold, 0 or more.
 */
export function entryConfidence(excess: number): number {
  const share = excess === Number.POSITIVE_INFINITY ? 1 : excess / (1 + excess);
  return CONFIDENCE_AT_ENTRY + (1 - CONFIDENCE_AT_ENTRY) * share;
}
