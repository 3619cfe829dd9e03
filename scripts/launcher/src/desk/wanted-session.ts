import type { Session } from './desk-overview.js';
import type { DeskClient, RunRequest } from './desk-client.js';

/**
 * Leaves a session running that is as wanted, or any one when the user named nothing; else stops what runs and starts the
 * wanted one: sessions survive restarts, and two of them would share one account. Says what it does. Returns its id.
 */
export async function ensureSession(
  client: DeskClient,
  wanted: RunRequest,
  options: { isExplicit: boolean; say: (line: string) => void },
): Promise<string> {
  const running = (await client.sessions()).filter(({ status }) => status === 'running');
  const fitting = running.find((session) => !options.isExplicit || isSame(session, wanted));
  if (fitting !== undefined) {
    options.say(`Session ${fitting.sessionId} goes on (${describe(fitting)})`);
    return fitting.sessionId;
  }
  for (const { sessionId, ...other } of running) {
    options.say(`Session ${sessionId} is stopped (${describe(other)}): another one was asked for`);
    await client.stop(sessionId);
  }
  const sessionId = await client.run(wanted);
  options.say(`Session ${sessionId} starts (${describe(wanted)})`);
  return sessionId;
}

type Described = Pick<Session, 'symbols' | 'timeframe' | 'strategy' | 'mode' | 'source'>;

function describe({ symbols, timeframe, strategy, mode, source }: RunRequest | Described): string {
  return `${symbols.join(' ')} ${timeframe}, ${strategy}, ${mode}, ${source}`;
}

export function isSame(session: Described, wanted: RunRequest): boolean {
  return describe(session) === describe(wanted);
}
