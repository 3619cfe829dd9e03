import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { Root } from '../plan/roots.js';

/** Transient failures before a message that recovers does. */
const FAILURES_BEFORE_RECOVERY = 2;

/** Does what the root's fate wants of its handler; returns for those that are to be handled. */
export function misbehave(root: Root, deliveries: number): void {
  switch (root.fate) {
    case 'permanent':
      throw new PermanentError('expected a message that can be handled, was a poisonous one', { code: 'poison' });
    case 'throws':
      throw new Error('the handler has a bug');
    case 'killer':
      process.kill(process.pid, 'SIGKILL');
      throw new Error('expected to be dead');
    case 'transient':
      if (deliveries > FAILURES_BEFORE_RECOVERY) return;
      throw new TransientError('expected the weather to be fine, was not', { code: 'weather' });
    default:
      return;
  }
}
