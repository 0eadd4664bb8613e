import execSchema from '#schemas/rpc/run.exec.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface ExecParams {
  readonly engine: string;
  readonly project?: string;
  readonly code?: string;
  readonly path?: string;
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly invoke?: { readonly function: string; readonly args?: readonly (number | string)[] };
  readonly timeout_ms?: number;
  readonly memory_mb?: number;
}

interface Executed {
  readonly execute: {
    readonly id: string;
    readonly engine: string;
    readonly driver: string;
    readonly isolation: string;
    readonly status: string;
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly stdout: string;
    readonly stderr: string;
    readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
    readonly timedOut: boolean;
    readonly wallMs: number | null;
    readonly message: string | null;
  };
}

export const runMethod = defineMethod({
  schema: execSchema,
  document: /* GraphQL */ `
    mutation RpcExecute($input: ExecuteInput!) {
      execute(input: $input) {
        id
        engine
        driver
        isolation
        status
        exitCode
        signal
        stdout
        stderr
        truncated {
          stdout
          stderr
        }
        timedOut
        wallMs
        message
      }
    }
  `,
  variables: ({ project, env = {}, timeout_ms: timeoutMs, memory_mb: memoryMb, ...params }: ExecParams) => ({
    input: {
      ...params,
      projectId: project,
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
      timeoutMs,
      memoryMb,
    },
  }),
  result: ({ execute }: Executed) => ({
    execution_id: execute.id,
    engine: execute.engine,
    driver: execute.driver,
    isolation: execute.isolation,
    status: execute.status,
    exit_code: execute.exitCode,
    signal: execute.signal,
    stdout: execute.stdout,
    stderr: execute.stderr,
    truncated: execute.truncated.stdout || execute.truncated.stderr,
    timed_out: execute.timedOut,
    duration_ms: execute.wallMs ?? 0,
    message: execute.message,
  }),
});
