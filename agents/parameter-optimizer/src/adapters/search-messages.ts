import type { Outcome } from '../jobs/job.js';

/** What the search thread says. `refused`: the input cannot be searched, which is nobody's fault but the input's. */
export type SearchMessage =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'done'; readonly outcome: Outcome }
  | { readonly type: 'refused'; readonly reason: string };
