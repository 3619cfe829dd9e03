import { defineAgent } from '@octant/platform/agent/definition';
import type { Outgoing } from '@octant/platform/bus/message';
import { writeOutbox } from '@octant/platform/bus/outbox';
import { commandsTable } from './adapters/commands-table.js';
import { SdkHubs } from './adapters/sdk-hubs.js';
import { CommandRunner } from './commands/run-command.js';
import { config } from './config.js';
import { HubStatusBoard } from './hubs/hub-status.js';
import { serveMcp } from './routes/desk.js';
import { getMcpStatus, runMcpCommand } from './routes/hubs.js';

const DEFAULT_VERSION = '0.1.0';
const HOUR_MS = 3_600_000;
const KEEP_COMMANDS_MS = 365 * 24 * HOUR_MS;

export const agent = defineAgent({
  name: 'mcp-hub-controller',
  config,
  wire(context) {
    const { bus, clock, database, env, http, logger, name } = context;
    const keep = (message: Outgoing & { readonly id: string }) =>
      writeOutbox(database, { agent: name, messages: [message] });
    const version = env['OCTANT_VERSION'] ?? DEFAULT_VERSION;
    const current = () => context.config.current();
    const hubs = () => current().hubs;
    const port = new SdkHubs({ env, logger, version });
    const board = new HubStatusBoard(port, clock);
    const table = commandsTable(database, name);
    const runner = new CommandRunner({
      table,
      hubs: port,
      clock,
      mostBytes: () => current().max_output_bytes,
      onFailure: (hub, message) => {
        board.failed(hub, message);
      },
    });
    return {
      consumes: [],
      operations: {
        getMcpStatus: getMcpStatus({ hubs, board }),
        runMcpCommand: runMcpCommand({ hubs, runner, bus, keep, clock }),
        serveMcp: serveMcp({ http, version }),
      },
      schedules: [
        {
          name: 'retention',
          everyMs: HOUR_MS,
          run: async () => {
            await table.deleteOld(clock.now() - KEEP_COMMANDS_MS);
          },
        },
      ],
      stop: () => port.close(),
    };
  },
});
