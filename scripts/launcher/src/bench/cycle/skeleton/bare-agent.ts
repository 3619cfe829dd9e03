import pg from 'pg';
import { z } from 'zod';
import { AGENTS } from '../../../fleet/agents.js';
import { BareBus } from './bare-bus.js';
import { STREAMS, TABLE, type MessageSizes } from './message.js';
import { ROLES } from './roles.js';
import { askSize, SizingDesk } from './sizing-question.js';

/** What the parent sends first. */
const settings = z.object({
  agent: z.enum(AGENTS),
  redisUrl: z.string(),
  databaseUrl: z.string(),
  prefix: z.string(),
  schema: z.string(),
  sizes: z.object({ messages: z.record(z.enum(STREAMS), z.number()), state: z.number() }),
});
export type BareSettings = z.infer<typeof settings>;
/** What the parent sends when all are ready: where the sizing question is answered. */
const start = z.object({ sizingPort: z.number() });

async function runAgent({ agent, redisUrl, databaseUrl, prefix, schema, sizes }: BareSettings): Promise<void> {
  const role = ROLES[agent];
  const desk = new SizingDesk();
  const sizingPort = agent === 'portfolio-manager' ? await desk.listen() : undefined;
  if (role === undefined) return tellReady(sizingPort);
  const { group, streams } = role;
  const bus = new BareBus({ redisUrl, prefix, group, streams, sizes: sizes satisfies MessageSizes });
  await bus.makeGroups();
  const sql = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const statement = `INSERT INTO ${pg.escapeIdentifier(schema)}.${TABLE} (data) VALUES ($1)`;
  const data = 'x'.repeat(sizes.messages['exec.status']);
  const insert = async (): Promise<void> => {
    await sql.query({ name: 'bare_insert', text: statement, values: [data] });
  };
  const started = new Promise<number>((resolve) => {
    process.once('message', (message) => {
      resolve(start.parse(message).sizingPort);
    });
  });
  tellReady(sizingPort);
  const port = await started;
  await bus.follow(role.handle({ insert, booked: desk.booked, ask: (step) => askSize(port, step) }));
}

function tellReady(sizingPort: number | undefined): void {
  process.send?.({ ready: true, ...(sizingPort === undefined ? {} : { sizingPort }) });
}

// Without its parent nobody would end it. The terminal's Ctrl-C is the parent's to answer.
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.once('message', (message) => {
  void runAgent(settings.parse(message));
});
