import { openBus } from '@octant/platform/bus/open-bus';
import { subscription, type HandlerResult } from '@octant/platform/bus/subscription';
import type { Incoming } from '@octant/platform/bus/message';
import { createLogger } from '@octant/platform/observe/create-logger';
import { openDatabase } from '@octant/platform/postgres/open-database';
import { AGENT, EFFECTS_TABLE, GROUP, MESSAGE_TYPE, OUTPUTS, PREFIX, SCHEMA } from '../names.js';
import { nowUs, payloadSchema, type MeasuredPayload } from '../payload.js';
import type { BusSettings, Timings, Workload } from './protocol.js';

const STOP_GRACE_MS = 10_000;

type Handle = (message: Incoming<MeasuredPayload>) => HandlerResult;

/** An agent's bus as every agent has it, with the tuning that every agent has. */
export async function runBusConsumer(settings: BusSettings): Promise<Workload> {
  const { redisUrl, databaseUrl, durability, streams } = settings;
  const logger = createLogger({
    service: AGENT,
    level: 'error',
    secrets: [],
    write: (line) => process.stderr.write(line),
  });
  const database =
    databaseUrl === undefined
      ? undefined
      : openDatabase({ connection: databaseUrl, schema: SCHEMA, applicationName: AGENT, logger });
  const bus = openBus({
    redisUrl,
    prefix: PREFIX,
    agent: AGENT,
    logger,
    durability: durability === 'always' ? 'strict' : 'relaxed',
    ...(database === undefined ? {} : { database }),
  });
  const timings: Timings = [];
  const handle = settings.timed ? timed(HANDLERS[settings.work], timings) : HANDLERS[settings.work];
  await bus.start(streams.map((stream) => subscription({ stream, group: GROUP, schema: payloadSchema, handle })));
  return {
    timings: () => timings,
    stop: async () => {
      await bus.stop(STOP_GRACE_MS);
      await database?.end();
    },
  };
}

const HANDLERS: Readonly<Record<BusSettings['work'], Handle>> = {
  bare: () => ({}),
  output: ({ payload }) => ({ messages: [outputOf(payload)] }),
  inbox: ({ id, payload }) => ({
    transaction: async (sql) => {
      await sql.query(`INSERT INTO ${EFFECTS_TABLE} (message_id, data) VALUES ($1, $2)`, [id, payload.pad]);
      return [outputOf(payload)];
    },
  }),
};

function outputOf(payload: MeasuredPayload) {
  return { stream: OUTPUTS, type: MESSAGE_TYPE, payload };
}

/** Notes for each message when it was sent, when its handler was called, and when its effect was committed. */
function timed(handle: Handle, timings: Timings): Handle {
  return (message) => {
    const sentAtUs = Number(message.payload.n);
    const handledUs = nowUs() - sentAtUs;
    return {
      ...handle(message),
      onCommitted: () => {
        timings.push([sentAtUs, handledUs, nowUs() - sentAtUs]);
      },
    };
  };
}
