import { childWord, type ChaosSettings, type ChildWord, type EngineWord } from './settings.js';

/** The other end of a process' channel: the run. A process whose run has ended ends, too. */
export function listenToEngine(onWord: (word: EngineWord) => void): void {
  process.on('message', (word) => {
    onWord(word as EngineWord);
  });
  process.on('disconnect', () => process.exit(1));
}

export function tellEngine(word: ChildWord): void {
  process.send?.(childWord.parse(word));
}

/** A process that is ready. */
export interface Running {
  /** Where it listens. */
  readonly port?: number;
  /** On SIGTERM. */
  readonly stop: () => Promise<void>;
}

/** Runs a process' work with the settings that the run sends first. */
export function startChild(
  run: (settings: ChaosSettings) => Promise<Running>,
  onWord: (word: EngineWord) => void = () => undefined,
): void {
  const fail = (error: unknown): void => {
    console.error(error);
    process.exit(1);
  };
  process.on('SIGINT', () => undefined); // the terminal's Ctrl-C is the run's affair
  listenToEngine((word) => {
    if (word.kind !== 'settings') {
      onWord(word);
      return;
    }
    run(word.settings).then(({ stop, ...facts }) => {
      process.once('SIGTERM', () => {
        stop().then(() => process.exit(0), fail);
      });
      tellEngine({ kind: 'ready', ...facts });
    }, fail);
  });
}
