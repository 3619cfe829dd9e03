import type { DeskConfig } from '../desk/desk-config.js';
import type { LaunchContext } from '../launch-context.js';

/** What a data command works with. */
export interface DataContext extends LaunchContext {
  readonly config: DeskConfig;
}

/** What a data command found or did. */
export interface DataResult {
  /** For `--json`. */
  readonly json: unknown;
  /** For people; may be several lines. */
  readonly text: string;
  /** False: exit code 1. */
  readonly ok: boolean;
}
