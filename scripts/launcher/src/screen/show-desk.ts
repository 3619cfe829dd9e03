import { setTimeout as sleep } from 'node:timers/promises';
import { Chalk } from 'chalk';
import { createLogUpdate } from 'log-update';
import type { OpenDesk } from '../desk/open-desk.js';
import type { LaunchContext } from '../launch-context.js';
import { ScreenSource } from './collect-state.js';
import { deskLine } from './desk-line.js';
import { renderScreen } from './render-screen.js';

const SCREEN_MS = 1000;
const LINE_MS = 10_000;

/** Deaths, restarts and the like; `onAdd` prints them as long as there is no screen. */
export interface DeskEvents {
  readonly lines: { atMs: number; text: string }[];
  onAdd: (text: string) => void;
}

interface ShowOptions {
  readonly context: LaunchContext;
  readonly events: DeskEvents;
  readonly sessionId: string;
  readonly withScreen: boolean;
}

/** Shows the desk until the user ends it: a live screen on a terminal, else a line now and then. @throws the signal's reason. */
export async function showDesk(desk: OpenDesk, options: ShowOptions): Promise<never> {
  const { context, events } = options;
  const source = new ScreenSource(desk, { hints: hintsOf(desk, context), events: events.lines });
  return context.isTerminal && options.withScreen ? showScreen(source, options) : showLines(source, desk, options);
}

async function showScreen(source: ScreenSource, { context, events, sessionId }: ShowOptions): Promise<never> {
  const { signal } = context;
  const update = createLogUpdate(process.stdout);
  const chalk = new Chalk();
  const printed = events.onAdd;
  events.onAdd = () => undefined;
  try {
    for (;;) {
      const state = await source.collect({ sessionId });
      const { columns, rows } = process.stdout;
      update(renderScreen(state, { columns, rows }, chalk));
      await pause(SCREEN_MS, signal);
    }
  } finally {
    events.onAdd = printed;
    update.done();
  }
}

async function showLines(source: ScreenSource, desk: OpenDesk, { context, sessionId }: ShowOptions): Promise<never> {
  const { say, signal } = context;
  for (const { name, url } of desk.fleet.agents) say(`  ${name.padEnd(21)} ${url}`);
  for (const hint of hintsOf(desk, context)) say(`  ${hint}`);
  for (;;) {
    say(deskLine(await source.collect({ sessionId })));
    await pause(LINE_MS, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

function hintsOf(desk: OpenDesk, { files }: LaunchContext): readonly string[] {
  return [
    `API of every agent: <its URL>/docs, e.g. ${desk.fleet.agent('orchestrator').url}/docs`,
    `Admin token: ${files.adminToken} · logs: ${files.logs}`,
    'node scripts/ops_cli.js --help inspects and halts · Ctrl-C drains and ends everything',
  ];
}
