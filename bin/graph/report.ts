import type { Changes } from '../../codegen/check/changes.ts';
import type { Use } from '../../codegen/check/use.ts';

/** All that `devstudio graph check` has found. */
export type GraphReport =
  | { readonly outcome: 'broken'; readonly errors: readonly string[] }
  | {
      readonly outcome: 'composed';
      readonly hints: readonly string[];
      /** Coordinates that a client reaches without a rule and that nobody has given a reason for. */
      readonly open: readonly string[];
      /** Null when there was nothing to compare with. */
      readonly changes: Changes | null;
      readonly use: Use;
      readonly documents: number;
    };

/** Whether the schema may go out: it composes, every field has a rule, and no document that is known breaks. */
export const isGood = (report: GraphReport): boolean =>
  report.outcome === 'composed' && report.open.length === 0 && report.use.broken.length === 0;

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** The report as lines for a person. */
export const asText = (report: GraphReport): string => {
  if (report.outcome === 'broken') return section('The subgraphs do not compose', report.errors).join('\n');
  const { hints, open, changes, use, documents } = report;
  return [
    'The subgraphs compose.',
    ...section('Hints', hints),
    ...section('Fields without a rule', open),
    ...(changes === null ? ['There is no earlier schema to compare with.'] : []),
    ...section('Breaking changes', changes?.breaking ?? []),
    ...section('Dangerous changes', changes?.dangerous ?? []),
    ...section(
      'Documents that break',
      use.broken.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...section('Fields that no document selects', use.unused),
    `${plural(documents, 'document')}: ${use.broken.length} broken; ${plural(use.unused.length, 'field')} unused; ${plural(changes?.breaking.length ?? 0, 'breaking change')}.`,
  ].join('\n');
};
