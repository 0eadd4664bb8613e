import type { ModelSettings } from './store/settings.ts';

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
}

type Finish = 'STOP' | 'LENGTH' | 'BUDGET';

export interface ChatEventMapper {
  readonly requestId: string;
  readonly index: number;
  readonly text: string;
  readonly finishReason: Finish | null;
  readonly usage: Usage | null;
  readonly model: ModelMapper;
  readonly user: UserMapper;
}

export interface EmbeddingsMapper {
  readonly requestId: string;
  readonly model: ModelMapper;
  readonly user: UserMapper;
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] }[];
  readonly usage: Usage;
}

export interface ChatCompletionMapper {
  readonly requestId: string;
  readonly model: ModelMapper;
  readonly user: UserMapper;
  readonly text: string;
  readonly finishReason: Finish;
  readonly usage: Usage;
}

export type ModelSettingsMapper = ModelSettings;
