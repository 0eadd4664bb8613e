import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Bounds of a histogram, in seconds: from a cached answer to a model that writes for minutes. */
export const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];

/** Everything that has one name. */
interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: string[];
}

let ofThisProcess: Registry | undefined;

/**
 * Memory, CPU, event loop and garbage collection of this process, in Prometheus' text format.
 * @param service is written to each sample, lest processes be mixed up where several are shown on one page
 */
export const processMetrics = async (service: string): Promise<string> => {
  if (!ofThisProcess) {
    ofThisProcess = new Registry();
    collectDefaultMetrics({ register: ofThisProcess });
  }
  const text = await ofThisProcess.metrics();
  return text.replaceAll(
    /^(\w+)(?:\{(.*)\})? (\S+)$/gm,
    (_, name: string, labels: string | undefined, value: string) => {
      const rest = labels === undefined || labels === '' ? '' : `,${labels}`;
      return `${name}{service="${service}"${rest}} ${value}`;
    },
  );
};

/** Adds the families of a page, as prom-client and `exposition` write it. */
const addPage = (families: Map<string, Family>, page: string): void => {
  let family: Family | undefined;
  let help = '';
  for (const line of page.split('\n')) {
    const [, what, name = '', text = ''] = /^# (HELP|TYPE) (\w+) ?(.*)$/.exec(line) ?? [];
    if (what === 'HELP') help = text;
    else if (what === 'TYPE') {
      family = families.get(name) ?? { type: text, help, samples: [] };
      families.set(name, family);
    } else if (line !== '' && !line.startsWith('#')) family?.samples.push(line);
  }
};

export type Format = 'prometheus' | 'openmetrics';

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** OpenMetrics calls a counter's family by its name without what its samples end with. */
const familyName = (name: string, type: string, format: Format): string =>
  format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;

/**
 * One page out of several, each in Prometheus' text format. A family that stands on more than one of them is shown once,
 * with the samples of all.
 */
export const exposition = (pages: readonly string[], format: Format): string => {
  const families = new Map<string, Family>();
  for (const page of pages) addPage(families, page);
  const lines = [...families].flatMap(([name, { type, help, samples }]) => {
    const shown = familyName(name, type, format);
    return [`# HELP ${shown} ${help}`, `# TYPE ${shown} ${type}`, ...samples];
  });
  return [...lines, ...(format === 'openmetrics' ? ['# EOF'] : []), ''].join('\n');
};

/** OpenMetrics for who asks for it, as Prometheus does; the older text format for everybody else. */
const formatFor = (accept: string | undefined): Format =>
  accept?.includes('application/openmetrics-text') === true ? 'openmetrics' : 'prometheus';

/** Answers with a page of metrics. */
export const sendMetrics = (request: IncomingMessage, response: ServerResponse, pages: readonly string[]): void => {
  const format = formatFor(request.headers.accept);
  const text = exposition(pages, format);
  response.writeHead(200, {
    'content-type': CONTENT_TYPES[format],
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
};
