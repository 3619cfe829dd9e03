import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findPublishes, type Publish } from './find-publishes.js';
import { findSubscriptions, type FoundSubscription } from './find-subscriptions.js';
import { parseFolder } from './source-tree.js';

/** What the source of one agent says of its messages. */
export interface AgentSource {
  readonly agent: string;
  readonly publishes: readonly Publish[];
  readonly subscriptions: readonly FoundSubscription[];
}

/** Reads `agents/*` below `root`. */
export function readAgents(root: string): readonly AgentSource[] {
  return readdirSync(join(root, 'agents'))
    .sort()
    .map((agent) => {
      const files = parseFolder(root, `agents/${agent}/src`, 'stream');
      return { agent, publishes: findPublishes(files), subscriptions: files.flatMap(findSubscriptions) };
    });
}
