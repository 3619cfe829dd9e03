// A process that requeues all dead letters of a stream, to be killed in the middle of it.
import { openBus } from '@octant/platform/bus/open-bus';
import { pino } from 'pino';

const [redisUrl, prefix, stream] = process.argv.slice(2);
const bus = openBus({ redisUrl, prefix, agent: 'requeuer', logger: pino({ level: 'silent' }) });
await bus.start([]);

let next = {};
while (next !== null) {
  const options = { filter: {}, limit: 1000, perSecond: 1_000_000, ...next };
  const announce = ({ id }) => ({ stream: 'announced', type: 'requeued', id: `announced:${id}`, payload: { id } });
  ({ next } = await bus.admin.requeueMany(stream, { ...options, announce }));
}
await bus.stop(0);
