import type {
  MutationResolvers,
  QueryResolvers,
  SubscriptionResolvers,
  TerminalOutputResolvers,
  TerminalResolvers,
} from '#codegen/sandbox.ts';
import { endable } from '#mesh/endable.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf } from '#mesh/subgraph.ts';
import type { TerminalSize } from '../engines/engine.ts';
import { decodeContent } from '../files/file-content.ts';
import type { TerminalOutputMapper } from '../mappers.ts';
import type { Projects } from '../projects.ts';
import type { Terminals } from '../terminals/terminals.ts';

const MOST_COLUMNS = 1_000;
const MOST_ROWS = 500;
const MOST_TYPED_BYTES = 16_384;
const MOST_WRITER_CHARACTERS = 64;
/** A reader who takes nothing for so long has gone. */
const PATIENCE_MS = 60_000;

/** A piece of a stream. A failure is one as well, so that it arrives in the stream's own format. */
type Item =
  | { readonly outcome: 'shown'; readonly shown: TerminalOutputMapper }
  | { readonly outcome: 'failed'; readonly error: unknown };

const refuse = (sentence: string, argument: string): StudioError =>
  new StudioError('BAD_USER_INPUT', sentence, { argument });

const sizeOf = ({ columns, rows }: TerminalSize): TerminalSize => {
  if (columns < 1 || columns > MOST_COLUMNS) throw refuse(`columns is from 1 to ${MOST_COLUMNS}.`, 'columns');
  if (rows < 1 || rows > MOST_ROWS) throw refuse(`rows is from 1 to ${MOST_ROWS}.`, 'rows');
  return { columns, rows };
};

const typedOf = (data: string): Buffer => {
  const verdict = decodeContent(data, 'BASE64');
  if (verdict.outcome === 'malformed') throw refuse(`data ${verdict.reason}.`, 'data');
  if (verdict.outcome === 'too large' || verdict.bytes.length > MOST_TYPED_BYTES) {
    throw refuse(`data is over ${MOST_TYPED_BYTES} bytes: send it in several messages.`, 'data');
  }
  return verdict.bytes;
};

const offsetOf = (after: number): number => {
  if (Number.isSafeInteger(after) && after >= 0) return after;
  throw refuse('after is a number of bytes, 0 or more.', 'after');
};

/** Terminals, what is typed into them and what they show. */
export const terminalResolvers = (
  terminals: Terminals,
  projects: Pick<Projects, 'readable'>,
): {
  readonly Query: Pick<QueryResolvers, 'terminals'>;
  readonly Mutation: Pick<MutationResolvers, 'openTerminal' | 'typeInTerminal' | 'resizeTerminal' | 'closeTerminal'>;
  readonly Subscription: Pick<SubscriptionResolvers, 'terminalOutput'>;
  readonly Terminal: TerminalResolvers;
  readonly TerminalOutput: TerminalOutputResolvers;
} => ({
  Query: { terminals: (_, _arguments, context) => [...terminals.listOf(callerOf(context))] },
  Mutation: {
    openTerminal: (_, { input }, context) =>
      terminals.open(callerOf(context), {
        engine: input.engine ?? 'bash',
        projectId: input.projectId ?? null,
        size: sizeOf({ columns: input.columns ?? 80, rows: input.rows ?? 24 }),
      }),
    typeInTerminal: (_, { id, data, sequence, writer }, context) => {
      if (sequence < 1) throw refuse('sequence begins with 1.', 'sequence');
      if (writer.length > MOST_WRITER_CHARACTERS) {
        throw refuse(`writer is over ${MOST_WRITER_CHARACTERS} characters.`, 'writer');
      }
      return terminals.find(callerOf(context), id).terminal.type(writer, sequence, typedOf(data));
    },
    resizeTerminal: async (_, { id, columns, rows }, context) => {
      const found = terminals.find(callerOf(context), id);
      await found.terminal.resize(sizeOf({ columns, rows }));
      return found;
    },
    closeTerminal: (_, { id }, context) => terminals.close(callerOf(context), id),
  },
  Subscription: {
    terminalOutput: {
      subscribe: (_, { id, after }, context) =>
        endable<Item>(
          async function* (signal) {
            try {
              const { terminal } = terminals.find(callerOf(context), id);
              for await (const shown of terminal.read(offsetOf(after), signal)) yield { outcome: 'shown', shown };
            } catch (error) {
              yield { outcome: 'failed', error };
            }
          },
          context.signal,
          (error) => context.log.error({ error }, 'a stream of a terminal ended badly'),
          PATIENCE_MS,
        ),
      // Thrown here and not by the stream, a failure becomes an ordinary GraphQL error of this field.
      resolve: (item: Item) => {
        if (item.outcome === 'failed') throw item.error;
        return item.shown;
      },
    },
  },
  Terminal: {
    id: ({ facts }) => facts.id,
    engine: ({ facts }) => facts.engine,
    driver: ({ facts }) => facts.driver,
    isolation: ({ facts }) => facts.isolation,
    project: ({ facts }, _, context) =>
      facts.projectId === null ? null : projects.readable(callerOf(context), facts.projectId),
    columns: ({ terminal }) => terminal.size.columns,
    rows: ({ terminal }) => terminal.size.rows,
    openedAt: ({ facts }) => facts.openedAt,
    ended: ({ terminal }) => terminal.ending?.why ?? null,
    exitCode: ({ terminal }) => terminal.ending?.exitCode ?? null,
  },
  TerminalOutput: {
    offset: ({ offset }) => offset,
    lost: ({ lost }) => lost,
    data: ({ bytes }) => bytes.toString('base64'),
    ended: ({ ending }) => ending?.why ?? null,
    exitCode: ({ ending }) => ending?.exitCode ?? null,
  },
});
