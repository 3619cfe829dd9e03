import type { Closing } from './desk/closing.js';
import type { DeskFiles } from './desk/desk-files.js';

/** What a run of the launcher works with. */
export interface LaunchContext {
  readonly files: DeskFiles;
  /** Variables with secret files resolved. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables as they came. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Folder of the user's configuration. */
  readonly configSource: string;
  readonly closing: Closing;
  readonly signal: AbortSignal;
  /** Prints a line for people. */
  readonly say: (line: string) => void;
  /** Whether people watch a terminal there. */
  readonly isTerminal: boolean;
}
