import type { QueryResolvers, SearchInput, SubscriptionResolvers } from '#codegen/sandbox.ts';
import { endable } from '#mesh/endable.ts';
import { StudioError } from '#mesh/errors.ts';
import { countWildcards, MAX_WILDCARDS } from '../engines/patterns.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf } from '#mesh/subgraph.ts';
import type { Progress, Search, Wanted } from '../files/search.ts';
import type { Projects } from '../projects.ts';
import { countOf } from './arguments.ts';

const MAX_TEXT_CHARACTERS = 500;
const MAX_PATTERNS = 20;
const MAX_PATTERN_CHARACTERS = 200;
/** How many matches a query answers, and a stream tells. */
const MOST = 1_000;
const MOST_STREAMED = 10_000;
/** How long a stream may be left unread before it is ended: it holds one of few threads. */
const PATIENCE_MS = 30_000;

const refused = (sentence: string, argument: string): StudioError =>
  new StudioError('BAD_USER_INPUT', sentence, { argument });

const patternsOf = (patterns: readonly string[], argument: string): readonly string[] => {
  if (
    patterns.length <= MAX_PATTERNS &&
    countWildcards(patterns) <= MAX_WILDCARDS &&
    patterns.every(({ length }) => length > 0 && length <= MAX_PATTERN_CHARACTERS)
  ) {
    return patterns;
  }
  throw refused(
    `At most ${MAX_PATTERNS} patterns of 1 to ${MAX_PATTERN_CHARACTERS} characters, with at most ${MAX_WILDCARDS} wildcards together.`,
    argument,
  );
};

const wantedOf = (input: SearchInput, first: number): Wanted => {
  const { text, isRegex = false, matchCase = false, wholeWord = false, include = [], exclude = [] } = input;
  if (text.length === 0 || text.length > MAX_TEXT_CHARACTERS || !text.isWellFormed() || /[\r\n]/.test(text)) {
    throw refused(`text is one line of 1 to ${MAX_TEXT_CHARACTERS} characters.`, 'text');
  }
  return {
    text,
    isRegex,
    matchCase,
    wholeWord,
    include: patternsOf(include, 'include'),
    exclude: patternsOf(exclude, 'exclude'),
    first,
  };
};

/** Searching the files of a project. */
export const searchResolvers = (
  projects: Projects,
  search: Search,
): {
  readonly Query: Pick<QueryResolvers, 'searchProject'>;
  readonly Subscription: Pick<SubscriptionResolvers, 'searchProject'>;
} => {
  const begun = async (caller: Caller, input: SearchInput, wanted: Wanted) => {
    const project = await projects.readable(caller, input.projectId);
    const asking = { userId: caller.userId, projectId: project.id };
    return (signal: AbortSignal) => search.find(asking, wanted, signal);
  };
  return {
    Query: {
      searchProject: async (_, { input, first }, context) => {
        const wanted = wantedOf(input, countOf(first, MOST));
        const find = await begun(callerOf(context), input, wanted);
        const files = [];
        let last: Progress | undefined;
        for await (last of find(context.signal))
          if (last.file) files.push({ ...last.file, matches: [...last.file.matches] });
        return {
          files,
          matches: last?.matches ?? 0,
          searched: last?.searched ?? 0,
          isCut: last?.isCut ?? false,
        };
      },
    },
    Subscription: {
      searchProject: {
        subscribe: async (_, { input, first }, context) => {
          const wanted = wantedOf(input, countOf(first, MOST_STREAMED));
          const find = await begun(callerOf(context), input, wanted);
          return endable(
            find,
            context.signal,
            (error) => context.log.error({ error }, 'a search ended badly'),
            PATIENCE_MS,
          );
        },
        resolve: (progress: Progress) => ({
          ...progress,
          file: progress.file && { ...progress.file, matches: [...progress.file.matches] },
        }),
      },
    },
  };
};
