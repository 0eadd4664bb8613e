/** What a jail may use, as the kernel or the watchdog counts it. */
export interface AccountLimits {
  readonly memoryBytes: number;
  /** Threads count like processes, as the kernel has it. */
  readonly processes: number;
}

/** What a jail has used. Null where it cannot be told. */
export interface Usage {
  readonly cpuMs: number | null;
  readonly memoryBytes: number | null;
  readonly peakMemoryBytes: number | null;
  /** How many of its processes the kernel ended for want of memory. */
  readonly memoryKills: number;
}

/** The account of one jail. */
export interface Account {
  readonly limit: (limits: AccountLimits) => Promise<void>;
  /** Counts a process, and all that it starts from now on. */
  readonly admit: (pid: number) => Promise<void>;
  readonly read: () => Usage;
  /** Once no process is left. */
  readonly close: () => Promise<void>;
}

/** Counts and limits what jails use. */
export interface Accounting {
  readonly kind: 'cgroup-v2' | 'cgroup-v1';
  /** @param id names the account: letters, digits and hyphens, used once */
  readonly open: (id: string) => Promise<Account>;
  readonly close: () => Promise<void>;
}
