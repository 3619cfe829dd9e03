import { commandStreams } from './contracts/command-streams.js';
import { marketStreams } from './contracts/market-streams.js';
import { optimizerStreams } from './contracts/optimizer-streams.js';
import { orderStreams } from './contracts/order-streams.js';
import { recordStreams } from './contracts/record-streams.js';

/**
 * The map of the data path: every stream with its purpose, the schema of its payload, who publishes it under which ids, and
 * which groups read it. `docs/messaging-contracts.md` is made from it.
 */
export const streams = {
  ...marketStreams,
  ...commandStreams,
  ...orderStreams,
  ...recordStreams,
  ...optimizerStreams,
} as const;

export type StreamName = keyof typeof streams;

/** Names that are kept for later: nobody publishes or reads them. */
export const reservedStreams = [
  'opt.tasks',
  'integrations.jira.create',
  'integrations.jira.created',
  'integrations.notion.upsert',
  'slack.interactions',
] as const;
