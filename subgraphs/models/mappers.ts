import type { ModelSettings } from './store/settings.ts';
import type { Call, Score } from './worker/protocol.ts';

/** A model by its name; what else is asked comes from the catalogue. */
export interface ModelMapper {
  readonly name: string;
}

export interface UserMapper {
  readonly id: string;
}

interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly cachedTokens: number;
}

export type Finish = 'STOP' | 'LENGTH' | 'BUDGET' | 'TOOL_CALLS';

export interface ChatEventMapper {
  readonly requestId: string;
  readonly index: number;
  readonly choice: number;
  readonly text: string;
  readonly toolCalls: readonly Call[];
  /** Null where they were not asked for. */
  readonly logprobs: readonly Score[] | null;
  readonly finishReason: Finish | null;
  readonly usage: Usage | null;
  readonly model: ModelMapper;
  readonly user: UserMapper;
}

/** A request that has texts and no completion. */
export interface ReadTextsMapper {
  readonly requestId: string;
  readonly model: ModelMapper;
  readonly user: UserMapper;
  readonly usage: Usage;
}

export interface EmbeddingsMapper extends ReadTextsMapper {
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] }[];
}

export interface RankingMapper extends ReadTextsMapper {
  /** The best first. */
  readonly results: readonly { readonly index: number; readonly score: number }[];
}

/** One of the answers. */
export interface ChoiceMapper {
  readonly index: number;
  readonly text: string;
  readonly toolCalls: readonly Call[];
  readonly logprobs: readonly Score[] | null;
  readonly finishReason: Finish;
}

export interface ChatCompletionMapper {
  readonly requestId: string;
  readonly model: ModelMapper;
  readonly user: UserMapper;
  /** At least one. */
  readonly choices: readonly ChoiceMapper[];
  readonly usage: Usage;
}

export type ModelSettingsMapper = ModelSettings;
