/** How a check went: `skipped` = it does not apply here, or nobody could look. */
export type Status = 'ok' | 'warning' | 'failure' | 'skipped';

/** What a check says: what was seen, and what to do about it where something is wrong. */
export interface Verdict {
  readonly status: Status;
  readonly evidence: string;
  readonly remedy?: string;
}

export const ok = (evidence: string): Verdict => ({ status: 'ok', evidence });
export const warning = (evidence: string, remedy: string): Verdict => ({ status: 'warning', evidence, remedy });
export const failure = (evidence: string, remedy: string): Verdict => ({ status: 'failure', evidence, remedy });
export const skipped = (evidence: string): Verdict => ({ status: 'skipped', evidence });
