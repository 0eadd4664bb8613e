import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ModelMapper, ModelSettingsMapper, ChatEventMapper, ChatCompletionMapper, EmbeddingsMapper, RankingMapper, UserMapper } from '../../subgraphs/models/mappers.ts';
import type { RequestContext } from '../../mesh/subgraph.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A number of bytes: a whole number of at most 2^53 − 1. */
  ByteCount: { input: number; output: number; }
  /** An instant in ISO 8601, UTC, for example `2026-11-22T19:35:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** A model that can be downloaded. */
export type CatalogueEntry = {
  __typename?: 'CatalogueEntry';
  file: Scalars['String']['output'];
  installed: Scalars['Boolean']['output'];
  kind: ModelKind;
  license: Scalars['String']['output'];
  name: Scalars['String']['output'];
  /** About so many. */
  parameters: Scalars['Float']['output'];
  repository: Scalars['String']['output'];
  /** Names that no repository was found by, for which this model stands in. */
  seedNames: Array<Scalars['String']['output']>;
  /** What the file is held to; null: to what the hub says of it. */
  sha256?: Maybe<Scalars['String']['output']>;
  /** Of the file; about so much while it is among `unverified`. */
  sizeBytes: Scalars['ByteCount']['output'];
  /** Fields that are estimates: no source for them was found. */
  unverified: Array<Scalars['String']['output']>;
};

/** One of the answers. */
export type ChatChoice = {
  __typename?: 'ChatChoice';
  finishReason: FinishReason;
  index: Scalars['Int']['output'];
  /** Null where they were not asked for. */
  logprobs?: Maybe<Array<TokenLogprob>>;
  message: ChatMessage;
  text: Scalars['String']['output'];
};

/** Its `message`, `text` and `finishReason` are those of the first choice. */
export type ChatCompletion = {
  __typename?: 'ChatCompletion';
  choices: Array<ChatChoice>;
  finishReason: FinishReason;
  message: ChatMessage;
  model: Model;
  requestId: Scalars['ID']['output'];
  /** The message's content. */
  text: Scalars['String']['output'];
  /** Of all choices together. */
  usage: TokenUsage;
  /** Who is billed. */
  user: User;
};

/** A piece of a completion. The last one of a choice carries `finishReason`, the last one of all `usage` as well. */
export type ChatEvent = {
  __typename?: 'ChatEvent';
  /** The answer that it is a piece of, from 0; they come one after the other. */
  choice: Scalars['Int']['output'];
  finishReason?: Maybe<FinishReason>;
  /** 0, 1, 2 … without a gap. */
  index: Scalars['Int']['output'];
  /** Of the tokens that came since the event before; null where they were not asked for. */
  logprobs?: Maybe<Array<TokenLogprob>>;
  model: Model;
  requestId: Scalars['ID']['output'];
  /** What came since the event before. */
  text: Scalars['String']['output'];
  /** Calls that are complete since the event before. */
  toolCalls: Array<ToolCall>;
  usage?: Maybe<TokenUsage>;
  /** Who is billed. */
  user: User;
};

export type ChatInput = {
  /** Whether to tell how likely the tokens of the answer were. */
  logprobs?: InputMaybe<Scalars['Boolean']['input']>;
  /** The most completion tokens to generate, from 1; by default what the context holds. */
  maxTokens?: InputMaybe<Scalars['Int']['input']>;
  /** The conversation so far, oldest first; the last message is the user's, or the result of a call. */
  messages: Array<ChatMessageInput>;
  model: Scalars['String']['input'];
  /**
   * Answers to generate, 1 to 8; 1 by default. They come one after the other from the same place, so the prompt is read and
   * billed once and the completion tokens of all are billed. With a seed, each answer has the next one.
   */
  n?: InputMaybe<Scalars['Int']['input']>;
  /** Whether the model may call several functions in one answer where it decides by itself; true by default. */
  parallelToolCalls?: InputMaybe<Scalars['Boolean']['input']>;
  /** 0.1 to 2; 1 is off. */
  repeatPenalty?: InputMaybe<Scalars['Float']['input']>;
  responseFormat?: InputMaybe<ResponseFormat>;
  /**
   * JSON Schema (draft 2020-12) that the answer keeps, enforced while it is generated; an answer that is cut short by
   * `maxTokens` is incomplete. A schema with keywords that cannot be enforced is refused and names them.
   */
  responseSchema?: InputMaybe<Scalars['JSON']['input']>;
  seed?: InputMaybe<Scalars['Int']['input']>;
  /** Texts that end the completion; at most 8, of at most 64 characters. */
  stop?: InputMaybe<Array<Scalars['String']['input']>>;
  /** 0 (always the likeliest token) to 2; 0.7 by default. */
  temperature?: InputMaybe<Scalars['Float']['input']>;
  toolChoice?: InputMaybe<ToolChoice>;
  /** The tool that is called; goes before `toolChoice`. */
  toolName?: InputMaybe<Scalars['String']['input']>;
  /** At most 64 functions. */
  tools?: InputMaybe<Array<ToolInput>>;
  /** 0 (off) to 1000. */
  topK?: InputMaybe<Scalars['Int']['input']>;
  /** How many of the likeliest tokens to tell beside each, 0 to 20; needs `logprobs`. */
  topLogprobs?: InputMaybe<Scalars['Int']['input']>;
  /** Over 0, to 1. */
  topP?: InputMaybe<Scalars['Float']['input']>;
};

export type ChatMessage = {
  __typename?: 'ChatMessage';
  content: Scalars['String']['output'];
  role: ChatRole;
  toolCalls: Array<ToolCall>;
};

export type ChatMessageInput = {
  /** May be empty where an assistant has called, and in the result of a call. */
  content: Scalars['String']['input'];
  role: ChatRole;
  /** Of a message of role TOOL: the id of the call whose result it is. */
  toolCallId?: InputMaybe<Scalars['ID']['input']>;
  /** What the assistant called. A message of role TOOL for each of them follows. */
  toolCalls?: InputMaybe<Array<ToolCallInput>>;
};

export type ChatRole =
  | 'ASSISTANT'
  | 'SYSTEM'
  /** The result of a call, after the assistant's message that called. */
  | 'TOOL'
  | 'USER';

export type CompletionInput = {
  /** Whether the prompt stands before its continuation. */
  echo?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether to tell how likely the tokens of the continuation were; not with `echo`. */
  logprobs?: InputMaybe<Scalars['Boolean']['input']>;
  /** The most completion tokens of each continuation, from 1; by default what the context holds. */
  maxTokens?: InputMaybe<Scalars['Int']['input']>;
  model: Scalars['String']['input'];
  /** Continuations of each prompt, 1 to 8, together with the prompts at most 16. Each prompt is billed once. */
  n?: InputMaybe<Scalars['Int']['input']>;
  /** Texts to continue, 1 to 8, each for itself. */
  prompt: Array<Scalars['String']['input']>;
  repeatPenalty?: InputMaybe<Scalars['Float']['input']>;
  seed?: InputMaybe<Scalars['Int']['input']>;
  stop?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Refused: no model here was made to fill in a gap before a text. */
  suffix?: InputMaybe<Scalars['String']['input']>;
  temperature?: InputMaybe<Scalars['Float']['input']>;
  topK?: InputMaybe<Scalars['Int']['input']>;
  /** 0 to 20; needs `logprobs`. */
  topLogprobs?: InputMaybe<Scalars['Int']['input']>;
  topP?: InputMaybe<Scalars['Float']['input']>;
};

export type DownloadStatus =
  | 'CANCELLED'
  /** Ask for it again, and it goes on. */
  | 'FAILED'
  | 'INSTALLED'
  | 'RUNNING'
  /** All is there, and is hashed. */
  | 'VERIFYING'
  /** Two run at once. */
  | 'WAITING';

export type EmbedInput = {
  /** Keeps the first so many numbers of each vector; by default all. */
  dimensions?: InputMaybe<Scalars['Int']['input']>;
  /** 1 to 256 texts, 262 144 bytes together. None may be longer than the model's `contextSize`. */
  input: Array<Scalars['String']['input']>;
  /** One of the kind EMBEDDING. */
  model: Scalars['String']['input'];
};

export type Embedding = {
  __typename?: 'Embedding';
  /** A vector whose length is 1: the product of two of a model says how alike their texts are. */
  embedding: Array<Scalars['Float']['output']>;
  /** Which of the texts, from 0. */
  index: Scalars['Int']['output'];
};

export type Embeddings = {
  __typename?: 'Embeddings';
  /** In the order of the texts. */
  data: Array<Embedding>;
  model: Model;
  requestId: Scalars['ID']['output'];
  usage: TokenUsage;
  /** Who is billed. */
  user: User;
};

export type FinishReason =
  /** The token budget allowed no more. */
  | 'BUDGET'
  /** `maxTokens` or the context was reached. */
  | 'LENGTH'
  /** The model ended its answer, or a stop text was met. */
  | 'STOP'
  /** The model wants functions called. */
  | 'TOOL_CALLS';

export type InferenceStatus = {
  __typename?: 'InferenceStatus';
  /** Conversations that have their place at a model. */
  active: Scalars['Int']['output'];
  /** Processor time of their workers together in the last two seconds, 100 for one processor. */
  cpuPercent: Scalars['Float']['output'];
  /** Names of the models in memory. */
  loaded: Array<Scalars['String']['output']>;
  /** What the workers may take together. */
  memoryBudgetBytes: Scalars['ByteCount']['output'];
  /** Resident memory of their workers together. */
  memoryBytes: Scalars['ByteCount']['output'];
  /** Each model in memory that is for the caller. */
  models: Array<ModelLoad>;
  /** Conversations that wait for a place. */
  queued: Scalars['Int']['output'];
  /** Users who have a request under way. */
  sessions: Scalars['Int']['output'];
  /** Threads of their workers together. */
  threads: Scalars['Int']['output'];
  /** Completion tokens generated since the service started: a whole number. */
  tokens: Scalars['Float']['output'];
  /** Completion tokens a second, over the last five seconds. */
  tokensPerSecond: Scalars['Float']['output'];
};

export type LoggedRequest = {
  __typename?: 'LoggedRequest';
  /** The program that asked, as it calls itself. */
  agent?: Maybe<Scalars['String']['output']>;
  /** Likewise. */
  answer?: Maybe<Scalars['String']['output']>;
  /** Null for a session. */
  apiKeyId?: Maybe<Scalars['ID']['output']>;
  /** When it was over. */
  at: Scalars['DateTime']['output'];
  completionTokens: Scalars['Int']['output'];
  errorCode?: Maybe<Scalars['String']['output']>;
  /** Until its first tokens were there. */
  firstTokenMs?: Maybe<Scalars['Int']['output']>;
  id: Scalars['ID']['output'];
  kind: RequestKind;
  /** As it was asked for, whether there is such a model or not. */
  modelName: Scalars['String']['output'];
  outcome: RequestOutcome;
  /** Null unless prompts were kept; the first 16 KiB. A conversation as JSON. */
  prompt?: Maybe<Scalars['String']['output']>;
  /** Charged, likewise `completionTokens`. */
  promptTokens: Scalars['Int']['output'];
  /** Until it had its place, its model was loaded and its tokens were held; null when it came not so far. In milliseconds. */
  queuedMs?: Maybe<Scalars['Int']['output']>;
  /** As on the bill and in the answer. */
  requestId: Scalars['ID']['output'];
  /** From its first tokens to its last ones; null where they came together. */
  tokensPerSecond?: Maybe<Scalars['Float']['output']>;
  totalMs: Scalars['Int']['output'];
  user: User;
};

export type Model = {
  __typename?: 'Model';
  /** Micro-credits a completion token. */
  completionTokenPrice: Scalars['Int']['output'];
  /** Tokens that prompt and completion may have together; 0 while it is not installed. */
  contextSize: Scalars['Int']['output'];
  /** Price of one completion token in micro-credits (1 000 000 micro-credits = 1 credit). */
  costPerToken: Scalars['Int']['output'];
  /** Processor time that the worker took in the last two seconds, 100 for one processor; null while it is not loaded. */
  cpuPercent?: Maybe<Scalars['Float']['output']>;
  /** How it is, or was, fetched; null for a model that nobody has asked the hub for. */
  download?: Maybe<ModelDownload>;
  id: Scalars['ID']['output'];
  kind: ModelKind;
  /** Why the last load or run failed, if it did. */
  lastError?: Maybe<Scalars['String']['output']>;
  /** Resident memory of the model's worker; null while it is not loaded. */
  memoryBytes?: Maybe<Scalars['ByteCount']['output']>;
  name: Scalars['String']['output'];
  /** Micro-credits a prompt token. */
  promptTokenPrice: Scalars['Int']['output'];
  /** Whether servers elsewhere answer for it. */
  remote: Scalars['Boolean']['output'];
  settings: ModelSettings;
  /** Size of the GGUF file; 0 while it is not installed. */
  sizeBytes: Scalars['ByteCount']['output'];
  status: ModelStatus;
  /** Threads that it computes with; null while it is not loaded. */
  threads?: Maybe<Scalars['Int']['output']>;
};

/** Everybody of these roles, and these users. */
export type ModelAccess = {
  __typename?: 'ModelAccess';
  roles: Array<Role>;
  /** Their ids. */
  users: Array<Scalars['ID']['output']>;
};

export type ModelAccessInput = {
  roles?: InputMaybe<Array<Role>>;
  /** At most 1000 ids. */
  users?: InputMaybe<Array<Scalars['ID']['input']>>;
};

export type ModelDownload = {
  __typename?: 'ModelDownload';
  /** Why it failed, if it did. */
  error?: Maybe<Scalars['String']['output']>;
  receivedBytes: Scalars['ByteCount']['output'];
  /** For example `Qwen/Qwen3-0.6B-GGUF:Qwen3-0.6B-Q8_0.gguf`. */
  source: Scalars['String']['output'];
  status: DownloadStatus;
  /** Null until the hub has told. */
  totalBytes?: Maybe<Scalars['ByteCount']['output']>;
};

export type ModelKind =
  | 'CHAT'
  | 'EMBEDDING'
  /** Ranks documents by how well they answer a query. */
  | 'RERANKING';

export type ModelLoad = {
  __typename?: 'ModelLoad';
  /** Requests that have a place. */
  active: Scalars['Int']['output'];
  /** Tokens that it has generated, likewise. */
  completionTokens: Scalars['Float']['output'];
  cpuPercent: Scalars['Float']['output'];
  memoryBytes: Scalars['ByteCount']['output'];
  name: Scalars['String']['output'];
  /** Requests that it serves at once. */
  places: Scalars['Int']['output'];
  /** Tokens of prompts since it was loaded, by its worker's own count, at most two seconds old: a whole number. */
  promptTokens: Scalars['Float']['output'];
  /** Requests that wait for one. */
  queued: Scalars['Int']['output'];
  threads: Scalars['Int']['output'];
};

export type ModelOptionsInput = {
  /** Tokens per conversation, from 64 to what the model was trained for. */
  contextSize?: InputMaybe<Scalars['Int']['input']>;
  /** Layers that a GPU takes, 0 to 1000; by default as many as fit. */
  gpuLayers?: InputMaybe<Scalars['Int']['input']>;
  /** Conversations served at once, 1 to 32. */
  sequences?: InputMaybe<Scalars['Int']['input']>;
  /** Threads for the model, 1 to 64; by default the processors less one. */
  threads?: InputMaybe<Scalars['Int']['input']>;
};

/** What an admin has set for a model; what is null is decided by the service, or by whoever asks. */
export type ModelSettings = {
  __typename?: 'ModelSettings';
  /** Who may use it; null: everybody who may use models. */
  access?: Maybe<ModelAccess>;
  /** A conversation that is too long for it loses its oldest messages, rather than being refused. */
  contextShift: Scalars['Boolean']['output'];
  contextSize?: Maybe<Scalars['Int']['output']>;
  /** Layers that a GPU takes; null: as many as fit. */
  gpuLayers?: Maybe<Scalars['Int']['output']>;
  /** After so many minutes without a request it is unloaded. */
  idleMinutes?: Maybe<Scalars['Int']['output']>;
  /** The most completion tokens of one answer. */
  maxTokens?: Maybe<Scalars['Int']['output']>;
  /** Whether a request loads it; null: as the service decides. */
  onDemand?: Maybe<Scalars['Boolean']['output']>;
  /** It is not unloaded to make room, nor when it is idle. */
  pinned: Scalars['Boolean']['output'];
  repeatPenalty?: Maybe<Scalars['Float']['output']>;
  sequences?: Maybe<Scalars['Int']['output']>;
  /** Stands before every conversation that has no message of the role SYSTEM. */
  systemPrompt?: Maybe<Scalars['String']['output']>;
  temperature?: Maybe<Scalars['Float']['output']>;
  threads?: Maybe<Scalars['Int']['output']>;
  topK?: Maybe<Scalars['Int']['output']>;
  topP?: Maybe<Scalars['Float']['output']>;
};

/** What is left out stays as it is; null leaves it to the service again. */
export type ModelSettingsInput = {
  access?: InputMaybe<ModelAccessInput>;
  contextShift?: InputMaybe<Scalars['Boolean']['input']>;
  /** Tokens per conversation, to what the model was trained for. */
  contextSize?: InputMaybe<Scalars['Int']['input']>;
  /** 0 to 1000. */
  gpuLayers?: InputMaybe<Scalars['Int']['input']>;
  /** 1 to 525600. */
  idleMinutes?: InputMaybe<Scalars['Int']['input']>;
  maxTokens?: InputMaybe<Scalars['Int']['input']>;
  model: Scalars['String']['input'];
  onDemand?: InputMaybe<Scalars['Boolean']['input']>;
  pinned?: InputMaybe<Scalars['Boolean']['input']>;
  /** 0.1 to 2. */
  repeatPenalty?: InputMaybe<Scalars['Float']['input']>;
  /** Conversations served at once, 1 to 32. */
  sequences?: InputMaybe<Scalars['Int']['input']>;
  /** At most 16384 bytes. */
  systemPrompt?: InputMaybe<Scalars['String']['input']>;
  /** 0 to 2. */
  temperature?: InputMaybe<Scalars['Float']['input']>;
  /** 1 to 64. */
  threads?: InputMaybe<Scalars['Int']['input']>;
  /** 0 to 1000. */
  topK?: InputMaybe<Scalars['Int']['input']>;
  /** Over 0, to 1. */
  topP?: InputMaybe<Scalars['Float']['input']>;
};

export type ModelStatus =
  /** Installed, not in memory; of a remote one: none of its servers was heard of yet. */
  | 'AVAILABLE'
  /** Its worker ended by itself; the next use starts it again. Of a remote one: no server of it answers. */
  | 'CRASHED'
  /** In memory; of a remote one: a server of it answers. */
  | 'LOADED'
  | 'LOADING'
  /** Its file is not in the models folder: `download` says whether it is on its way. */
  | 'NOT_INSTALLED';

export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Has a model answered for by servers elsewhere that speak OpenAI's protocol, such as vLLM, llama-server, Ollama or another
   * studio. CONFLICT where there is a model of this name.
   */
  addRemoteModel: Model;
  /** Ends a download and forgets what has come of it. */
  cancelDownload: Model;
  /** Answers when the whole completion is there; the model is loaded on first use. */
  chat: ChatCompletion;
  /** Continues texts as they are, without any template. Answers when all is there; the model is loaded on first use. */
  complete: ChatCompletion;
  /** Deletes a model's file and its settings; CONFLICT while it is loaded or downloaded. False where there was none. */
  deleteModel: Scalars['Boolean']['output'];
  /**
   * Fetches a model from the hub and answers at once; `modelEvents` tells of its progress. The name is one of `catalogue`,
   * or `organisation/repository:file.gguf`. A download that was interrupted or has failed goes on where it stopped.
   */
  downloadModel: Model;
  /** Makes a vector of each text; the model is loaded on first use. Billed are the tokens of the texts. */
  embed: Embeddings;
  /**
   * Starts the model's worker and answers once it can chat. A model that is loaded already, or is loading, stays as it is;
   * with options that would change it the answer is CONFLICT: unload it first.
   */
  loadModel: Model;
  /** Forgets a model of other servers, its key and its settings; what it answers at the moment fails. False where there was none. */
  removeRemoteModel: Scalars['Boolean']['output'];
  /**
   * Puts documents in the order in which they answer a query; the model is loaded on first use. Billed are the tokens of each
   * document with the query.
   */
  rerank: Ranking;
  /** Changes what it names. Context, sequences, threads and GPU layers are in force from the next load on. */
  setModelSettings: Model;
  /**
   * Turns on or off that prompts and answers of requests that begin from now on are kept with them, and says for how many
   * days, 1 to 365; at first 7. What was kept is removed after these days, or with its person.
   */
  setPromptLogging: PromptLogging;
  /** Stops the model's worker and frees its memory. */
  unloadModel: Model;
};


export type MutationAddRemoteModelArgs = {
  input: RemoteModelInput;
};


export type MutationCancelDownloadArgs = {
  name: Scalars['String']['input'];
};


export type MutationChatArgs = {
  input: ChatInput;
};


export type MutationCompleteArgs = {
  input: CompletionInput;
};


export type MutationDeleteModelArgs = {
  name: Scalars['String']['input'];
};


export type MutationDownloadModelArgs = {
  name: Scalars['String']['input'];
};


export type MutationEmbedArgs = {
  input: EmbedInput;
};


export type MutationLoadModelArgs = {
  name: Scalars['String']['input'];
  options?: InputMaybe<ModelOptionsInput>;
};


export type MutationRemoveRemoteModelArgs = {
  name: Scalars['String']['input'];
};


export type MutationRerankArgs = {
  input: RerankInput;
};


export type MutationSetModelSettingsArgs = {
  input: ModelSettingsInput;
};


export type MutationSetPromptLoggingArgs = {
  days?: InputMaybe<Scalars['Int']['input']>;
  enabled: Scalars['Boolean']['input'];
};


export type MutationUnloadModelArgs = {
  name: Scalars['String']['input'];
};

export type PromptLogging = {
  __typename?: 'PromptLogging';
  days: Scalars['Int']['output'];
  enabled: Scalars['Boolean']['output'];
};

export type Query = {
  __typename?: 'Query';
  /** Models of the class up to 3 billion parameters that can be downloaded by name. */
  catalogue: Array<CatalogueEntry>;
  /** Tokens that a conversation is as a prompt, counted as `chat` would bill them. Free of charge. */
  countTokens: Scalars['Int']['output'];
  /** What the loaded models take, and what they do at the moment. */
  inferenceStatus: InferenceStatus;
  model?: Maybe<Model>;
  /** Every model that is installed: the GGUF files of the models folder. */
  models: Array<Model>;
  /** Whether prompts and answers are kept: everybody may know. */
  promptLogging: PromptLogging;
  /**
   * Requests to models that are over, the latest first; on with `before`, the `id` of the last one. Whoever may not read the
   * audit log is shown their own alone.
   */
  requestLog: Array<LoggedRequest>;
  /** The machine that the models run on, and all of them. */
  systemStatus: SystemStatus;
  /**
   * A text as the model's tokens, without any template; what spells a control token is text like any other. The model is
   * loaded on first use. Free of charge.
   */
  tokenize: Tokenization;
};


export type QueryCountTokensArgs = {
  messages: Array<ChatMessageInput>;
  model: Scalars['String']['input'];
};


export type QueryModelArgs = {
  name: Scalars['String']['input'];
};


export type QueryRequestLogArgs = {
  before?: InputMaybe<Scalars['ID']['input']>;
  filter?: InputMaybe<RequestLogFilter>;
  first?: Scalars['Int']['input'];
};


export type QueryTokenizeArgs = {
  model: Scalars['String']['input'];
  text: Scalars['String']['input'];
};

export type RankedDocument = {
  __typename?: 'RankedDocument';
  /** Which of the documents, from 0. */
  index: Scalars['Int']['output'];
  /** How well it answers the query, from 0 to 1; to be compared with others of the same model alone. */
  score: Scalars['Float']['output'];
};

export type Ranking = {
  __typename?: 'Ranking';
  model: Model;
  requestId: Scalars['ID']['output'];
  /** The best first. */
  results: Array<RankedDocument>;
  usage: TokenUsage;
  /** Who is billed. */
  user: User;
};

export type RemoteModelInput = {
  /** Sent to every one of them, and never shown again. Without it none is sent. */
  apiKey?: InputMaybe<Scalars['String']['input']>;
  /** Tokens that prompt and completion may have together, 64 to 16 777 216: as the servers are set up. */
  contextSize: Scalars['Int']['input'];
  /** CHAT or EMBEDDING; CHAT by default. */
  kind?: InputMaybe<ModelKind>;
  /** What the servers call it. */
  model: Scalars['String']['input'];
  /** What it is called here: letters, digits, `.`, `_` and `-`. */
  name: Scalars['String']['input'];
  /**
   * Where its servers are, 1 to 16, each to the path that `/chat/completions` follows, for example
   * `http://10.0.0.7:8000/v1`. Without encryption in private networks alone. Redirects are not followed.
   */
  urls: Array<Scalars['String']['input']>;
};

export type RequestData = {
  __typename?: 'RequestData';
  /** Each a request, with its prompt and its answer where they were kept. */
  items: Array<Scalars['JSON']['output']>;
  /** Null on the last page. */
  next?: Maybe<Scalars['ID']['output']>;
};

export type RequestKind =
  | 'CHAT'
  | 'COMPLETION'
  /** Texts that a model made numbers of, such as vectors. */
  | 'TEXTS';

/** What is left out, or null, selects everything. */
export type RequestLogFilter = {
  /** For example `BUDGET_EXCEEDED`. */
  errorCode?: InputMaybe<Scalars['String']['input']>;
  /** At or after this instant … */
  from?: InputMaybe<Scalars['DateTime']['input']>;
  model?: InputMaybe<Scalars['String']['input']>;
  outcome?: InputMaybe<RequestOutcome>;
  /** … and before this one. */
  to?: InputMaybe<Scalars['DateTime']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
};

export type RequestOutcome =
  /** Left by whoever asked. */
  | 'CANCELLED'
  | 'COMPLETED'
  | 'FAILED'
  /** It did not begin: `errorCode` says why. */
  | 'REFUSED';

export type RerankInput = {
  /**
   * 1 to 256 texts; with the query for each 262 144 bytes together. None may be longer, with the query, than the model's
   * `contextSize`.
   */
  documents: Array<Scalars['String']['input']>;
  /** One of the kind RERANKING. */
  model: Scalars['String']['input'];
  /** At most 16384 bytes. */
  query: Scalars['String']['input'];
  /** How many of the best to tell, from 1; by default all. */
  topN?: InputMaybe<Scalars['Int']['input']>;
};

export type ResponseFormat =
  /** One JSON object. */
  | 'JSON_OBJECT'
  | 'TEXT';

/** What a caller may do: an ADMIN manages models and users, a DEVELOPER chats and writes code, a VIEWER reads. */
export type Role =
  | 'ADMIN'
  | 'DEVELOPER'
  | 'VIEWER';

export type Subscription = {
  __typename?: 'Subscription';
  /** Streams the completion as it is generated. Ending the subscription ends the generation; billed are the prompt, what was delivered and up to one more batch. */
  chat: ChatEvent;
  /** Streams the continuation of texts; otherwise as `chat`. */
  complete: ChatEvent;
  /** The status now, and then when it has changed, at most once a second. */
  inferenceStatusEvents: InferenceStatus;
  /** A model each time its state changes. */
  modelEvents: Model;
};


export type SubscriptionChatArgs = {
  input: ChatInput;
};


export type SubscriptionCompleteArgs = {
  input: CompletionInput;
};

export type SystemStatus = {
  __typename?: 'SystemStatus';
  freeMemoryBytes: Scalars['ByteCount']['output'];
  inference: InferenceStatus;
  /** How many processes wanted a processor, on average over the last minute; 0 where the system does not say. */
  loadAverage: Scalars['Float']['output'];
  memoryBytes: Scalars['ByteCount']['output'];
  /** Every model that is installed. */
  models: Array<Model>;
  processors: Scalars['Int']['output'];
  /** When the service of the models started. */
  startedAt: Scalars['DateTime']['output'];
  /** Of the studio. */
  version: Scalars['String']['output'];
};

/** A token of an answer, and how likely it was among those that could be sampled. */
export type TokenLogprob = {
  __typename?: 'TokenLogprob';
  /** The natural logarithm of its probability; −9999 where that is too small to tell. */
  logprob: Scalars['Float']['output'];
  /** Its text; a part of a character is shown as �. */
  token: Scalars['String']['output'];
  /** The likeliest tokens in its place, as many as `topLogprobs` asked for. */
  top: Array<TopLogprob>;
};

/** Exact counts of the model's own tokenizer. */
export type TokenUsage = {
  __typename?: 'TokenUsage';
  /** Tokens of the prompt that the model still had in mind from before and did not read again. They are billed all the same. */
  cachedTokens: Scalars['Int']['output'];
  completionTokens: Scalars['Int']['output'];
  promptTokens: Scalars['Int']['output'];
  totalTokens: Scalars['Int']['output'];
};

export type Tokenization = {
  __typename?: 'Tokenization';
  count: Scalars['Int']['output'];
  /** Ids of the model's vocabulary. */
  tokens: Array<Scalars['Int']['output']>;
};

/** A function that the model wants called. */
export type ToolCall = {
  __typename?: 'ToolCall';
  /** A JSON object as text, of the schema of the tool's parameters. */
  arguments: Scalars['String']['output'];
  id: Scalars['ID']['output'];
  name: Scalars['String']['output'];
};

export type ToolCallInput = {
  /** A JSON object as text. */
  arguments: Scalars['String']['input'];
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};

export type ToolChoice =
  /** The model decides whether it calls; so it is where there are tools and nothing is said. */
  | 'AUTO'
  /** It answers with text. */
  | 'NONE'
  /** It calls one of the tools. */
  | 'REQUIRED';

/** A function that the model may call; calling it is up to the client. */
export type ToolInput = {
  description?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 64 letters, digits, `_` and `-`. */
  name: Scalars['String']['input'];
  /** JSON Schema of the arguments, an object; without it there are none. */
  parameters?: InputMaybe<Scalars['JSON']['input']>;
};

export type TopLogprob = {
  __typename?: 'TopLogprob';
  logprob: Scalars['Float']['output'];
  token: Scalars['String']['output'];
};

export type User = {
  __typename?: 'User';
  id: Scalars['ID']['output'];
  /** All that this service keeps about the person, their requests to models, in pages of at most 100 (GDPR art. 15 and 20); go on with `after` = `next`. Readable by the user and by admins. */
  requestData: RequestData;
};


export type UserRequestDataArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Model: Model;
  User: User;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Model:
    ( { __typename: 'Model' }
    & GraphQLRecursivePick<FederationTypes['Model'], {"name":true}> );
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  ByteCount: ResolverTypeWrapper<Scalars['ByteCount']['output']>;
  CatalogueEntry: ResolverTypeWrapper<CatalogueEntry>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ChatChoice: ResolverTypeWrapper<ChatChoice>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  ChatCompletion: ResolverTypeWrapper<ChatCompletionMapper>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  ChatEvent: ResolverTypeWrapper<ChatEventMapper>;
  ChatInput: ChatInput;
  ChatMessage: ResolverTypeWrapper<ChatMessage>;
  ChatMessageInput: ChatMessageInput;
  ChatRole: ChatRole;
  CompletionInput: CompletionInput;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DownloadStatus: DownloadStatus;
  EmbedInput: EmbedInput;
  Embedding: ResolverTypeWrapper<Embedding>;
  Embeddings: ResolverTypeWrapper<EmbeddingsMapper>;
  FinishReason: FinishReason;
  InferenceStatus: ResolverTypeWrapper<InferenceStatus>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  LoggedRequest: ResolverTypeWrapper<Omit<LoggedRequest, 'user'> & { user: ResolversTypes['User'] }>;
  Model: ResolverTypeWrapper<ModelMapper>;
  ModelAccess: ResolverTypeWrapper<ModelAccess>;
  ModelAccessInput: ModelAccessInput;
  ModelDownload: ResolverTypeWrapper<ModelDownload>;
  ModelKind: ModelKind;
  ModelLoad: ResolverTypeWrapper<ModelLoad>;
  ModelOptionsInput: ModelOptionsInput;
  ModelSettings: ResolverTypeWrapper<ModelSettingsMapper>;
  ModelSettingsInput: ModelSettingsInput;
  ModelStatus: ModelStatus;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PromptLogging: ResolverTypeWrapper<PromptLogging>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RankedDocument: ResolverTypeWrapper<RankedDocument>;
  Ranking: ResolverTypeWrapper<RankingMapper>;
  RemoteModelInput: RemoteModelInput;
  RequestData: ResolverTypeWrapper<RequestData>;
  RequestKind: RequestKind;
  RequestLogFilter: RequestLogFilter;
  RequestOutcome: RequestOutcome;
  RerankInput: RerankInput;
  ResponseFormat: ResponseFormat;
  Role: Role;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  SystemStatus: ResolverTypeWrapper<Omit<SystemStatus, 'models'> & { models: Array<ResolversTypes['Model']> }>;
  TokenLogprob: ResolverTypeWrapper<TokenLogprob>;
  TokenUsage: ResolverTypeWrapper<TokenUsage>;
  Tokenization: ResolverTypeWrapper<Tokenization>;
  ToolCall: ResolverTypeWrapper<ToolCall>;
  ToolCallInput: ToolCallInput;
  ToolChoice: ToolChoice;
  ToolInput: ToolInput;
  TopLogprob: ResolverTypeWrapper<TopLogprob>;
  User: ResolverTypeWrapper<UserMapper>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  ByteCount: Scalars['ByteCount']['output'];
  CatalogueEntry: CatalogueEntry;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
  Float: Scalars['Float']['output'];
  ChatChoice: ChatChoice;
  Int: Scalars['Int']['output'];
  ChatCompletion: ChatCompletionMapper;
  ID: Scalars['ID']['output'];
  ChatEvent: ChatEventMapper;
  ChatInput: ChatInput;
  ChatMessage: ChatMessage;
  ChatMessageInput: ChatMessageInput;
  CompletionInput: CompletionInput;
  DateTime: Scalars['DateTime']['output'];
  EmbedInput: EmbedInput;
  Embedding: Embedding;
  Embeddings: EmbeddingsMapper;
  InferenceStatus: InferenceStatus;
  JSON: Scalars['JSON']['output'];
  LoggedRequest: Omit<LoggedRequest, 'user'> & { user: ResolversParentTypes['User'] };
  Model: ModelMapper;
  ModelAccess: ModelAccess;
  ModelAccessInput: ModelAccessInput;
  ModelDownload: ModelDownload;
  ModelLoad: ModelLoad;
  ModelOptionsInput: ModelOptionsInput;
  ModelSettings: ModelSettingsMapper;
  ModelSettingsInput: ModelSettingsInput;
  Mutation: Record<PropertyKey, never>;
  PromptLogging: PromptLogging;
  Query: Record<PropertyKey, never>;
  RankedDocument: RankedDocument;
  Ranking: RankingMapper;
  RemoteModelInput: RemoteModelInput;
  RequestData: RequestData;
  RequestLogFilter: RequestLogFilter;
  RerankInput: RerankInput;
  Subscription: Record<PropertyKey, never>;
  SystemStatus: Omit<SystemStatus, 'models'> & { models: Array<ResolversParentTypes['Model']> };
  TokenLogprob: TokenLogprob;
  TokenUsage: TokenUsage;
  Tokenization: Tokenization;
  ToolCall: ToolCall;
  ToolCallInput: ToolCallInput;
  ToolInput: ToolInput;
  TopLogprob: TopLogprob;
  User: UserMapper;
};

export interface ByteCountScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['ByteCount'], any> {
  name: 'ByteCount';
}

export type CatalogueEntryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CatalogueEntry'] = ResolversParentTypes['CatalogueEntry']> = {
  file?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  installed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelKind'], ParentType, ContextType>;
  license?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  parameters?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  repository?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seedNames?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  sha256?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  unverified?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ChatChoiceResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ChatChoice'] = ResolversParentTypes['ChatChoice']> = {
  finishReason?: Resolver<ResolversTypes['FinishReason'], ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  logprobs?: Resolver<Maybe<Array<ResolversTypes['TokenLogprob']>>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['ChatMessage'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ChatCompletionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ChatCompletion'] = ResolversParentTypes['ChatCompletion']> = {
  choices?: Resolver<Array<ResolversTypes['ChatChoice']>, ParentType, ContextType>;
  finishReason?: Resolver<ResolversTypes['FinishReason'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['ChatMessage'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  requestId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['TokenUsage'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type ChatEventResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ChatEvent'] = ResolversParentTypes['ChatEvent']> = {
  choice?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  finishReason?: Resolver<Maybe<ResolversTypes['FinishReason']>, ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  logprobs?: Resolver<Maybe<Array<ResolversTypes['TokenLogprob']>>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  requestId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  toolCalls?: Resolver<Array<ResolversTypes['ToolCall']>, ParentType, ContextType>;
  usage?: Resolver<Maybe<ResolversTypes['TokenUsage']>, ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type ChatMessageResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ChatMessage'] = ResolversParentTypes['ChatMessage']> = {
  content?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['ChatRole'], ParentType, ContextType>;
  toolCalls?: Resolver<Array<ResolversTypes['ToolCall']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type EmbeddingResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Embedding'] = ResolversParentTypes['Embedding']> = {
  embedding?: Resolver<Array<ResolversTypes['Float']>, ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EmbeddingsResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Embeddings'] = ResolversParentTypes['Embeddings']> = {
  data?: Resolver<Array<ResolversTypes['Embedding']>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  requestId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['TokenUsage'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type InferenceStatusResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['InferenceStatus'] = ResolversParentTypes['InferenceStatus']> = {
  active?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cpuPercent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  loaded?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  memoryBudgetBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  models?: Resolver<Array<ResolversTypes['ModelLoad']>, ParentType, ContextType>;
  queued?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sessions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  threads?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tokensPerSecond?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type LoggedRequestResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['LoggedRequest'] = ResolversParentTypes['LoggedRequest']> = {
  agent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  answer?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  apiKeyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  completionTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  errorCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstTokenMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['RequestKind'], ParentType, ContextType>;
  modelName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['RequestOutcome'], ParentType, ContextType>;
  prompt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  promptTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  queuedMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  requestId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  tokensPerSecond?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  totalMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type ModelResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Model'] = ResolversParentTypes['Model'], FederationReferenceType extends FederationReferenceTypes['Model'] = FederationReferenceTypes['Model']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Model']> | FederationReferenceType, FederationReferenceType, ContextType>;
  completionTokenPrice?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  contextSize?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  costPerToken?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cpuPercent?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  download?: Resolver<Maybe<ResolversTypes['ModelDownload']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ModelKind'], ParentType, ContextType>;
  lastError?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  memoryBytes?: Resolver<Maybe<ResolversTypes['ByteCount']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  promptTokenPrice?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  remote?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  settings?: Resolver<ResolversTypes['ModelSettings'], ParentType, ContextType>;
  sizeBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ModelStatus'], ParentType, ContextType>;
  threads?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ModelAccessResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ModelAccess'] = ResolversParentTypes['ModelAccess']> = {
  roles?: Resolver<Array<ResolversTypes['Role']>, ParentType, ContextType>;
  users?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type ModelDownloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ModelDownload'] = ResolversParentTypes['ModelDownload']> = {
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  receivedBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['DownloadStatus'], ParentType, ContextType>;
  totalBytes?: Resolver<Maybe<ResolversTypes['ByteCount']>, ParentType, ContextType>;
};

export type ModelLoadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ModelLoad'] = ResolversParentTypes['ModelLoad']> = {
  active?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  completionTokens?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  cpuPercent?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  places?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  promptTokens?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  queued?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  threads?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ModelSettingsResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ModelSettings'] = ResolversParentTypes['ModelSettings']> = {
  access?: Resolver<Maybe<ResolversTypes['ModelAccess']>, ParentType, ContextType>;
  contextShift?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  contextSize?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  gpuLayers?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  idleMinutes?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  maxTokens?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  onDemand?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  pinned?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  repeatPenalty?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  sequences?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  systemPrompt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  temperature?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  threads?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  topK?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  topP?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  addRemoteModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationAddRemoteModelArgs, 'input'>>;
  cancelDownload?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationCancelDownloadArgs, 'name'>>;
  chat?: Resolver<ResolversTypes['ChatCompletion'], ParentType, ContextType, RequireFields<MutationChatArgs, 'input'>>;
  complete?: Resolver<ResolversTypes['ChatCompletion'], ParentType, ContextType, RequireFields<MutationCompleteArgs, 'input'>>;
  deleteModel?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteModelArgs, 'name'>>;
  downloadModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationDownloadModelArgs, 'name'>>;
  embed?: Resolver<ResolversTypes['Embeddings'], ParentType, ContextType, RequireFields<MutationEmbedArgs, 'input'>>;
  loadModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationLoadModelArgs, 'name'>>;
  removeRemoteModel?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationRemoveRemoteModelArgs, 'name'>>;
  rerank?: Resolver<ResolversTypes['Ranking'], ParentType, ContextType, RequireFields<MutationRerankArgs, 'input'>>;
  setModelSettings?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationSetModelSettingsArgs, 'input'>>;
  setPromptLogging?: Resolver<ResolversTypes['PromptLogging'], ParentType, ContextType, RequireFields<MutationSetPromptLoggingArgs, 'enabled'>>;
  unloadModel?: Resolver<ResolversTypes['Model'], ParentType, ContextType, RequireFields<MutationUnloadModelArgs, 'name'>>;
};

export type PromptLoggingResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PromptLogging'] = ResolversParentTypes['PromptLogging']> = {
  days?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  enabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  catalogue?: Resolver<Array<ResolversTypes['CatalogueEntry']>, ParentType, ContextType>;
  countTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType, RequireFields<QueryCountTokensArgs, 'messages' | 'model'>>;
  inferenceStatus?: Resolver<ResolversTypes['InferenceStatus'], ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['Model']>, ParentType, ContextType, RequireFields<QueryModelArgs, 'name'>>;
  models?: Resolver<Array<ResolversTypes['Model']>, ParentType, ContextType>;
  promptLogging?: Resolver<ResolversTypes['PromptLogging'], ParentType, ContextType>;
  requestLog?: Resolver<Array<ResolversTypes['LoggedRequest']>, ParentType, ContextType, RequireFields<QueryRequestLogArgs, 'first'>>;
  systemStatus?: Resolver<ResolversTypes['SystemStatus'], ParentType, ContextType>;
  tokenize?: Resolver<ResolversTypes['Tokenization'], ParentType, ContextType, RequireFields<QueryTokenizeArgs, 'model' | 'text'>>;
};

export type RankedDocumentResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['RankedDocument'] = ResolversParentTypes['RankedDocument']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type RankingResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Ranking'] = ResolversParentTypes['Ranking']> = {
  model?: Resolver<ResolversTypes['Model'], ParentType, ContextType>;
  requestId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  results?: Resolver<Array<ResolversTypes['RankedDocument']>, ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['TokenUsage'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type RequestDataResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['RequestData'] = ResolversParentTypes['RequestData']> = {
  items?: Resolver<Array<ResolversTypes['JSON']>, ParentType, ContextType>;
  next?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  chat?: SubscriptionResolver<ResolversTypes['ChatEvent'], "chat", ParentType, ContextType, RequireFields<SubscriptionChatArgs, 'input'>>;
  complete?: SubscriptionResolver<ResolversTypes['ChatEvent'], "complete", ParentType, ContextType, RequireFields<SubscriptionCompleteArgs, 'input'>>;
  inferenceStatusEvents?: SubscriptionResolver<ResolversTypes['InferenceStatus'], "inferenceStatusEvents", ParentType, ContextType>;
  modelEvents?: SubscriptionResolver<ResolversTypes['Model'], "modelEvents", ParentType, ContextType>;
};

export type SystemStatusResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SystemStatus'] = ResolversParentTypes['SystemStatus']> = {
  freeMemoryBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  inference?: Resolver<ResolversTypes['InferenceStatus'], ParentType, ContextType>;
  loadAverage?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['ByteCount'], ParentType, ContextType>;
  models?: Resolver<Array<ResolversTypes['Model']>, ParentType, ContextType>;
  processors?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TokenLogprobResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TokenLogprob'] = ResolversParentTypes['TokenLogprob']> = {
  logprob?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  token?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  top?: Resolver<Array<ResolversTypes['TopLogprob']>, ParentType, ContextType>;
};

export type TokenUsageResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TokenUsage'] = ResolversParentTypes['TokenUsage']> = {
  cachedTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  completionTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  promptTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TokenizationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Tokenization'] = ResolversParentTypes['Tokenization']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokens?: Resolver<Array<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ToolCallResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ToolCall'] = ResolversParentTypes['ToolCall']> = {
  arguments?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TopLogprobResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TopLogprob'] = ResolversParentTypes['TopLogprob']> = {
  logprob?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  token?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  requestData?: Resolver<ResolversTypes['RequestData'], ParentType, ContextType, Partial<UserRequestDataArgs>>;
};

export type Resolvers<ContextType = RequestContext> = {
  ByteCount?: GraphQLScalarType;
  CatalogueEntry?: CatalogueEntryResolvers<ContextType>;
  ChatChoice?: ChatChoiceResolvers<ContextType>;
  ChatCompletion?: ChatCompletionResolvers<ContextType>;
  ChatEvent?: ChatEventResolvers<ContextType>;
  ChatMessage?: ChatMessageResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Embedding?: EmbeddingResolvers<ContextType>;
  Embeddings?: EmbeddingsResolvers<ContextType>;
  InferenceStatus?: InferenceStatusResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  LoggedRequest?: LoggedRequestResolvers<ContextType>;
  Model?: ModelResolvers<ContextType>;
  ModelAccess?: ModelAccessResolvers<ContextType>;
  ModelDownload?: ModelDownloadResolvers<ContextType>;
  ModelLoad?: ModelLoadResolvers<ContextType>;
  ModelSettings?: ModelSettingsResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PromptLogging?: PromptLoggingResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RankedDocument?: RankedDocumentResolvers<ContextType>;
  Ranking?: RankingResolvers<ContextType>;
  RequestData?: RequestDataResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  SystemStatus?: SystemStatusResolvers<ContextType>;
  TokenLogprob?: TokenLogprobResolvers<ContextType>;
  TokenUsage?: TokenUsageResolvers<ContextType>;
  Tokenization?: TokenizationResolvers<ContextType>;
  ToolCall?: ToolCallResolvers<ContextType>;
  TopLogprob?: TopLogprobResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
};

