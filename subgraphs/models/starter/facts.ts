import type { Fact } from './facts/fact.ts';
import { PROGRAMMING } from './facts/programming.ts';
import { SERVICE } from './facts/service.ts';
import { STUDIO } from './facts/studio.ts';
import { TALK } from './facts/talk.ts';

/** Everything that the starter model is taught to answer. */
export const FACTS: readonly Fact[] = [...TALK, ...STUDIO, ...SERVICE, ...PROGRAMMING];
