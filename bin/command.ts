/** What a command is given, and what it answers: its exit code. */
export interface Invocation {
  /** The project's folder. */
  readonly root: string;
  /** What stands after the command's name. */
  readonly args: readonly string[];
  /** When the program began, an installation of packages included; milliseconds since the epoch. */
  readonly startedAt: number;
}
export type Run = (invocation: Invocation) => Promise<number>;

/** An expected end of a command; its message is one line for the person who called it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  /** @param exitCode 1 when the work failed, 2 when the command was called wrongly */
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
