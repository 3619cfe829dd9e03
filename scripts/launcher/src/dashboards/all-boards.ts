import { edge } from './boards/edge.js';
import { execution } from './boards/execution.js';
import { marketData } from './boards/market-data.js';
import { ops } from './boards/ops.js';
import { optimizer } from './boards/optimizer.js';
import { pipeline } from './boards/pipeline.js';
import { postgres } from './boards/postgres.js';
import { redis } from './boards/redis.js';
import { services } from './boards/services.js';
import type { Board } from './panel.js';

/** Every dashboard that is provisioned. */
export const allBoards: readonly Board[] = [
  ops,
  pipeline,
  execution,
  marketData,
  services,
  redis,
  postgres,
  edge,
  optimizer,
];
