import type { Log } from './log.ts';

/** Ends the export after what is pending has been sent. */
export type StopTelemetry = () => Promise<void>;

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** Whether this process exports traces; decided by the standard variable alone. */
export const isTraced = (env: NodeJS.ProcessEnv = process.env): boolean => Boolean(env[ENDPOINT]);

/**
 * Exports traces by OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; the standard OpenTelemetry variables apply.
 * The SDK costs half a second and 48 MiB, so without an endpoint it is not even loaded. Call it before anything
 * that imports `pg` or `undici`: the instrumentations patch only what is loaded after them.
 */
export const startTelemetry = async (service: string, log: Log): Promise<StopTelemetry> => {
  if (!isTraced()) return async () => {};
  process.env['OTEL_SERVICE_NAME'] ??= `devstudio-${service}`;
  // Metrics are Prometheus' to fetch and logs are files; only traces are pushed.
  process.env['OTEL_METRICS_EXPORTER'] ??= 'none';
  process.env['OTEL_LOGS_EXPORTER'] ??= 'none';
  const [{ startNodeSdk }, { PgInstrumentation }, { UndiciInstrumentation }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-undici'),
  ]);
  const sdk = startNodeSdk({ instrumentations: [new PgInstrumentation(), new UndiciInstrumentation()] });
  log.info({ endpoint: process.env[ENDPOINT] }, 'traces are exported');
  return () => sdk.shutdown();
};
