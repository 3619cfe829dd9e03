import { CHECK_CONFIG, checkConfig } from '@octant/platform/config/check-config';
import { guardianSettings } from './config.js';
import { describeFailedStart, startGuardian, type RunningGuardian } from './start-guardian.js';

/** Exit codes are those of an agent: 0 stopped cleanly, 1 failed, 2 bad environment, configuration or key. */
if (process.argv.includes(CHECK_CONFIG)) process.exit(checkConfig('guardian', guardianSettings));
const running = await start();

let signals = 0;
const onSignal = () => {
  signals += 1;
  if (signals > 1) process.exit(1);
  void running.stop().then(() => process.exit(0));
};
process.on('SIGTERM', onSignal);
process.on('SIGINT', onSignal);
const onBug = (error: unknown) => {
  running.logger.fatal({ err: error }, 'unhandled error, the process ends');
  process.exit(1);
};
process.on('uncaughtException', onBug);
process.on('unhandledRejection', onBug);

try {
  await running.failed;
} catch (error) {
  running.logger.fatal({ err: error }, 'the guardian cannot go on');
  process.exit(2);
}

async function start(): Promise<RunningGuardian> {
  try {
    return await startGuardian(process.env);
  } catch (error) {
    process.stderr.write(`guardian cannot start:\n  ${describeFailedStart(error)}\n`);
    process.exit(2);
  }
}
