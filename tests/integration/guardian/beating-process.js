// Stands in for an executor that trades live: beats, and answers /livez. node beating-process.js VENUE PORT
import { createServer } from 'node:http';
import { setInterval } from 'node:timers';
import { openHeartbeatWriter } from '@octant/venue/heartbeat';

const [venue, port] = process.argv.slice(2);
const quiet = { info: () => undefined, warn: () => undefined };
const heartbeat = openHeartbeatWriter({
  redisUrl: process.env.REDIS_URL,
  prefix: process.env.OCTANT_REDIS_PREFIX,
  logger: quiet,
  venue,
});
const beat = () => heartbeat.beat(true).catch(() => undefined);
setInterval(beat, 500);
createServer((_request, response) => response.end('{}')).listen(Number(port), '127.0.0.1', async () => {
  await beat();
  process.stdout.write('beating\n');
});
