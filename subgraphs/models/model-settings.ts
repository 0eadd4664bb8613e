import type { ChatInput, ModelSettingsInput } from '#codegen/models.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { refuse, within } from './bounds.ts';
import type { ModelOptions } from './load-plan.ts';
import type { ModelSettings } from './store/settings.ts';

/** Of a model that nobody has set anything for. */
export const DEFAULT_SETTINGS: ModelSettings = {
  contextSize: null,
  sequences: null,
  threads: null,
  gpuLayers: null,
  temperature: null,
  topP: null,
  topK: null,
  repeatPenalty: null,
  maxTokens: null,
  systemPrompt: null,
  roles: null,
  users: null,
  pinned: false,
  idleMinutes: null,
  onDemand: null,
  contextShift: false,
};

const MAX_INT = 2_147_483_647;
const MAX_SYSTEM_PROMPT_BYTES = 16_384;
const MAX_USERS = 1_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What each number may be; the database holds to the same. */
const BOUNDS = {
  contextSize: [1, MAX_INT],
  sequences: [1, 32],
  threads: [1, 64],
  gpuLayers: [0, 1_000],
  temperature: [0, 2],
  topP: [0, 1],
  topK: [0, 1_000],
  repeatPenalty: [0.1, 2],
  maxTokens: [1, MAX_INT],
  idleMinutes: [1, 525_600],
} as const satisfies Partial<Record<keyof ModelSettings, readonly [number, number]>>;

/** Left out: as it was; null: the service decides. */
const changed = (name: keyof typeof BOUNDS, before: ModelSettings, input: ModelSettingsInput): number | null => {
  const value = input[name];
  if (value === undefined) return before[name];
  const [from, to] = BOUNDS[name];
  return value === null ? null : within(name, value, from, to);
};

const changedPrompt = (before: ModelSettings, { systemPrompt }: ModelSettingsInput): string | null => {
  if (systemPrompt === undefined) return before.systemPrompt;
  if (systemPrompt === null || systemPrompt === '') return null;
  const bytes = Buffer.byteLength(systemPrompt);
  if (bytes > MAX_SYSTEM_PROMPT_BYTES || systemPrompt.includes('\0')) {
    return refuse(
      'systemPrompt',
      `systemPrompt has ${bytes} bytes; it may have ${MAX_SYSTEM_PROMPT_BYTES}, and no NUL.`,
    );
  }
  return systemPrompt;
};

const changedAccess = (
  before: ModelSettings,
  { access }: ModelSettingsInput,
): Pick<ModelSettings, 'roles' | 'users'> => {
  if (access === undefined) return { roles: before.roles, users: before.users };
  if (access === null) return { roles: null, users: null };
  const users = [...new Set(access.users ?? [])];
  if (users.length > MAX_USERS) return refuse('users', `users has ${users.length} entries; it may have ${MAX_USERS}.`);
  const wrong = users.findIndex((user) => !UUID.test(user));
  if (wrong !== -1) return refuse('users', `users[${wrong}] is not the id of a user.`);
  return { roles: [...new Set(access.roles ?? [])], users: users.map((user) => user.toLowerCase()) };
};

/**
 * The settings after an admin's change.
 * @throws StudioError BAD_USER_INPUT naming what is out of bounds
 */
export const changeSettings = (before: ModelSettings, input: ModelSettingsInput): ModelSettings => {
  const number = (name: keyof typeof BOUNDS): number | null => changed(name, before, input);
  const topP = number('topP');
  if (topP === 0) return refuse('topP', 'topP is 0; it must be over 0, to 1.');
  return {
    contextSize: number('contextSize'),
    sequences: number('sequences'),
    threads: number('threads'),
    gpuLayers: number('gpuLayers'),
    temperature: number('temperature'),
    topP,
    topK: number('topK'),
    repeatPenalty: number('repeatPenalty'),
    maxTokens: number('maxTokens'),
    systemPrompt: changedPrompt(before, input),
    ...changedAccess(before, input),
    pinned: input.pinned ?? before.pinned,
    idleMinutes: number('idleMinutes'),
    onDemand: input.onDemand === undefined ? before.onDemand : input.onDemand,
    contextShift: input.contextShift ?? before.contextShift,
  };
};

const isFor = ({ roles, users }: ModelSettings, { role, userId }: Pick<Caller, 'role' | 'userId'>): boolean =>
  roles === null || users === null || roles.includes(role) || users.includes(userId);

/** Whether a model is told of: to those whom it is for, and to those who manage all. */
export const isShown = (settings: ModelSettings, caller: Pick<Caller, 'role' | 'userId' | 'scopes'>): boolean =>
  caller.scopes.includes('models:manage') || isFor(settings, caller);

/** @throws StudioError FORBIDDEN when the model is for others */
export const allow = (name: string, settings: ModelSettings, caller: Pick<Caller, 'role' | 'userId'>): void => {
  if (isFor(settings, caller)) return;
  throw new StudioError('FORBIDDEN', `You may not use the model ${name}: ask an admin for it.`);
};

/** An admin's options for one load, and for what they leave out the settings. */
export const optionsOf = (options: ModelOptions, settings: ModelSettings): Required<ModelOptions> => ({
  contextSize: options.contextSize ?? settings.contextSize,
  sequences: options.sequences ?? settings.sequences,
  threads: options.threads ?? settings.threads,
  gpuLayers: options.gpuLayers ?? settings.gpuLayers,
});

interface Sampled {
  readonly temperature?: number | null | undefined;
  readonly topP?: number | null | undefined;
  readonly topK?: number | null | undefined;
  readonly repeatPenalty?: number | null | undefined;
  readonly maxTokens?: number | null | undefined;
}

/** What a client asks for, and for what it leaves out the settings; of its tokens no more than they allow. */
export const withDefaults = <T extends Sampled>(input: T, settings: ModelSettings): T => {
  const { maxTokens: most } = settings;
  return {
    ...input,
    temperature: input.temperature ?? settings.temperature,
    topP: input.topP ?? settings.topP,
    topK: input.topK ?? settings.topK,
    repeatPenalty: input.repeatPenalty ?? settings.repeatPenalty,
    maxTokens: most === null ? input.maxTokens : Math.min(input.maxTokens ?? most, most),
  };
};

/** As `withDefaults`; a conversation without a system message of its own begins with the default one. */
export const chatWithDefaults = (input: ChatInput, settings: ModelSettings): ChatInput => {
  const { systemPrompt } = settings;
  const { messages } = input;
  const keeps = systemPrompt === null || messages.length === 0 || messages.some(({ role }) => role === 'SYSTEM');
  return {
    ...withDefaults(input, settings),
    messages: keeps ? messages : [{ role: 'SYSTEM', content: systemPrompt }, ...messages],
  };
};
