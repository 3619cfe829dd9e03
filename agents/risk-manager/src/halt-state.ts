/** The newest halt or unhalt that was heard of. */
export interface HaltState {
  /** Rises with every halt and unhalt; 0 before the first. */
  readonly haltVersion: number;
  readonly halted: boolean;
  readonly reason: string | null;
}

export const NEVER_HALTED: HaltState = { haltVersion: 0, halted: false, reason: null };
