/** The part of a lock file's entry that is compared. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/** `package-lock.json`, or the `node_modules/.package-lock.json` that npm writes when an installation is complete. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export type InstallDecision =
  | { readonly outcome: 'current' }
  | { readonly outcome: 'install'; readonly reason: string };

/**
 * Whether `npm ci` has to run.
 * @param installed undefined where no installation was completed
 * @param options `development`: whether the development packages are needed too
 */
export function decideInstall(
  lock: Lock,
  installed: Lock | undefined,
  options: { readonly development: boolean },
): InstallDecision;

/** Paths of locked packages made for exactly this platform that are not installed. */
export function lackingBinaries(
  lock: Lock,
  installed: Lock | undefined,
  host: { readonly platform: string; readonly arch: string },
): string[];
