import { CHECK_CONFIG, checkConfig } from '../config/check-config.js';
import { ConfigError } from '../config/config-error.js';
import { redactor } from '../observe/redact-text.js';
import type { AgentDefinition } from './definition.js';
import { startAgent, type AgentHandle, type StartOptions } from './start-agent.js';
import { StoppedWhileStarting } from './wait-for-dependencies.js';

/** 0 stopped cleanly, 1 failed, 2 bad environment, configuration or OpenAPI file. */
type ExitCode = 0 | 1 | 2;

/**
 * The whole life of an agent's process: starts it, drains it on SIGTERM or SIGINT within `SHUTDOWN_GRACE_MS`, and ends the
 * process with a code that says how it went. A second signal, or the grace period running out, ends it at once with 1.
 */
export async function runAgent<Config>(
  definition: AgentDefinition<Config>,
  overrides: StartOptions = {},
): Promise<void> {
  if (process.argv.includes(CHECK_CONFIG)) process.exit(checkConfig(definition.name, definition.config));
  const giveUp = new AbortController();
  let running: AgentHandle | undefined;
  let signals = 0;

  const onSignal = (signal: NodeJS.Signals) => {
    signals += 1;
    if (signals > 1) process.exit(1);
    running?.logger.info({ signal }, `${signal} received`);
    giveUp.abort();
    if (running !== undefined) void drain(running);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const onBug = (error: unknown) => {
    reportFatal(running, error);
    process.exit(1);
  };
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);

  try {
    running = await startAgent(definition, { ...overrides, signal: giveUp.signal });
  } catch (error) {
    process.exit(error instanceof StoppedWhileStarting ? 0 : reportFailedStart(definition.name, error));
  }
  // A signal that came during the last steps of the start.
  if (giveUp.signal.aborted) await drain(running);
}

async function drain(running: AgentHandle): Promise<void> {
  process.exit((await running.stop()) ? 0 : 1);
}

function reportFailedStart(name: string, error: unknown): ExitCode {
  if (error instanceof ConfigError) {
    process.stderr.write(`${name} cannot start:\n${error.problems.map((problem) => `  ${problem}\n`).join('')}`);
    return 2;
  }
  process.stderr.write(`${name} failed: ${textOf(error)}\n`);
  return 1;
}

function reportFatal(running: AgentHandle | undefined, error: unknown): void {
  if (running === undefined) process.stderr.write(`failed: ${textOf(error)}\n`);
  else running.logger.fatal({ err: error }, 'unhandled error, the process ends');
}

/** The logger knows the secrets' values; where there is none yet, addresses and passwords in URLs are all that can be told. */
const redact = redactor([]);

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return redact(String(error));
  // A message of ours needs no stack; a bug's place does.
  return redact(error.message.includes('expected ') ? error.message : (error.stack ?? error.message));
}
