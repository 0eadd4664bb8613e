import { context, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { isTraced } from './telemetry.ts';

const tracer = trace.getTracer('cyberdevstudio');
/** Spans inside a process are made often; without an exporter not even the API is asked for them. */
const TRACED = isTraced();

type Attributes = Readonly<Record<string, string>>;

const fail = (span: Span, error: unknown): void => {
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
};

const during = async <T>(span: Span, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
};

/**
 * Runs a piece of work in a span that continues the trace of the given headers (W3C Trace Context). Without an SDK
 * (see telemetry.ts) the API does nothing, at the price of a function call.
 * @param name what the work is, low in cardinality: `POST /graphql`, not a path with an id
 */
export const traced = <T>(
  name: string,
  headers: Readonly<Record<string, unknown>>,
  attributes: Attributes,
  work: () => Promise<T>,
): Promise<T> =>
  context.with(propagation.extract(context.active(), headers), () =>
    tracer.startActiveSpan(name, { kind: SpanKind.SERVER, attributes }, (span) => during(span, work)),
  );

/** Runs a part of a traced piece of work in a span of its own. */
export const inSpan = <T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> =>
  TRACED ? tracer.startActiveSpan(name, { attributes }, (span) => during(span, work)) : work();

/** Like `inSpan`, for what is done at once. */
export const inSpanSync = <T>(name: string, work: () => T): T => {
  if (!TRACED) return work();
  return tracer.startActiveSpan(name, (span) => {
    try {
      return work();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
};

/** The headers that carry the running trace to the next process; empty when nothing is traced. */
export const traceHeaders = (): Record<string, string> => {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
};
