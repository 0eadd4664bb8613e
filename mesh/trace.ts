import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('cyberdevstudio');

/**
 * Runs a piece of work in a span that continues the trace of the given headers (W3C Trace Context). Without an SDK
 * (see telemetry.ts) the API does nothing, at the price of a function call.
 * @param name what the work is, low in cardinality: `POST /graphql`, not a path with an id
 */
export const traced = <T>(
  name: string,
  headers: Readonly<Record<string, unknown>>,
  attributes: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> =>
  context.with(propagation.extract(context.active(), headers), () =>
    tracer.startActiveSpan(name, { kind: SpanKind.SERVER, attributes }, async (span) => {
      try {
        return await work();
      } catch (error) {
        span.recordException(error instanceof Error ? error : String(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    }),
  );

/** The headers that carry the running trace to the next process; empty when nothing is traced. */
export const traceHeaders = (): Record<string, string> => {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
};
