export type ServerName = 'redis' | 'postgres';

/** Uid and gid that a program runs under; absent: those of this process. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A program that stays in the foreground until it is told to stop. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly user?: SystemUser;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** Parts of its command line that tell it from other programs: an orphan of an earlier start is known by them. */
  readonly mark: readonly string[];
  /** Runs before every start of the program, to clear away what an earlier one may have left. */
  readonly beforeStart?: () => Promise<void>;
}

/** How the desk gets a server: one that is there, or a program that the launcher runs and supervises. */
export interface ServerPlan {
  readonly name: ServerName;
  /** Connection URL, with its password. */
  readonly url: string;
  /** One line for people: what it is and where its data are. */
  readonly origin: string;
  readonly program?: Program;
}

/** What the search for a server may use. */
export interface ServerSearch {
  /** Folder of the checkout. */
  readonly root: string;
  /** Folder that everything is kept under. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

/** One way to get a server; `undefined` when this way is closed here, after saying why where that is not plain. */
export type ServerSource = (search: ServerSearch) => Promise<ServerPlan | undefined>;

/** No way worked; the message says what to install or set. */
export class NoServerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoServerError';
  }
}

/** `OCTANT_NO_INSTALL=1`: nothing may be downloaded or unpacked. */
export function refusesInstalling(env: ServerSearch['env']): boolean {
  const value = env['OCTANT_NO_INSTALL'];
  return value !== undefined && value !== '' && value !== '0';
}
