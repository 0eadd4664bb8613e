/** What is used of the package `microsandbox` 0.6, by its own types. It is no dependency: who has KVM installs it. */
export interface Sdk {
  readonly Sandbox: { builder(name: string): Builder };
}

export interface Builder {
  image(folder: string): this;
  cpus(count: number): this;
  memory(mebibytes: number): this;
  disableNetwork(): this;
  /** Removed with its logs once it has ended. */
  ephemeral(isEphemeral: boolean): this;
  /** In seconds; without it a machine that does not come up is awaited for ever. */
  maxDuration(seconds: number): this;
  deploymentProfile(profile: 'multi-tenant'): this;
  create(): Promise<Sandbox>;
}

export interface Sandbox {
  execStreamWith(command: string, configure: (options: ExecOptions) => ExecOptions): Promise<ExecHandle>;
  kill(): Promise<void>;
}

export interface ExecOptions {
  args(args: string[]): this;
  user(user: string): this;
  stdinPipe(): this;
}

type ExecEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'stdout' | 'stderr'; readonly data: Uint8Array }
  | { readonly kind: 'exited'; readonly code: number };

export interface ExecHandle extends AsyncIterable<ExecEvent> {
  takeStdin(): Promise<ExecSink | null>;
}

interface ExecSink {
  write(data: Uint8Array): Promise<void>;
}

export const PACKAGE: string = 'microsandbox';
/** The version that this was written for. */
export const VERSION = '0.6.18';

/** @returns undefined where the package is not installed, or is another than we know */
export const loadSdk = async (): Promise<Sdk | undefined> => {
  try {
    // By a name that the compiler does not follow: the package need not be there.
    const loaded: unknown = await import(PACKAGE);
    const isSdk = typeof loaded === 'object' && loaded !== null && 'Sandbox' in loaded;
    // Its types are its promise; whether it holds shows in the first machine.
    return isSdk ? (loaded as Sdk) : undefined;
  } catch {
    return undefined;
  }
};
