import { sql } from 'slonik';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';

const Row = z.object({
  name: z.string(),
  contextSize: z.int().nullable(),
  sequences: z.int().nullable(),
  threads: z.int().nullable(),
  gpuLayers: z.int().nullable(),
  temperature: z.number().nullable(),
  topP: z.number().nullable(),
  topK: z.int().nullable(),
  repeatPenalty: z.number().nullable(),
  maxTokens: z.int().nullable(),
  systemPrompt: z.string().nullable(),
  /** With `users`: who may use it. Both are null where everybody may. */
  roles: z.array(z.enum(['ADMIN', 'DEVELOPER', 'VIEWER'])).nullable(),
  users: z.array(z.string()).nullable(),
  pinned: z.boolean(),
  idleMinutes: z.int().nullable(),
  onDemand: z.boolean().nullable(),
  contextShift: z.boolean(),
});
type Row = Readonly<z.infer<typeof Row>>;

/** What an admin has set for a model; what is null is decided by the service. */
export type ModelSettings = Omit<Row, 'name'>;

export interface SettingsStore {
  all(): Promise<ReadonlyMap<string, ModelSettings>>;
  /** Replaces a model's settings. */
  put(db: Queries, name: string, settings: ModelSettings): Promise<void>;
  remove(db: Queries, name: string): Promise<void>;
}

const Nothing = z.object({});

export const openSettingsStore = (database: Database): SettingsStore => ({
  all: async () => {
    const rows = await database.any(sql.type(Row)`
      select name, context_size as "contextSize", sequences, threads, gpu_layers as "gpuLayers", temperature,
        top_p as "topP", top_k as "topK", repeat_penalty as "repeatPenalty", max_tokens as "maxTokens",
        system_prompt as "systemPrompt", roles, users::text[] as users, pinned, idle_minutes as "idleMinutes",
        on_demand as "onDemand", context_shift as "contextShift"
      from models.settings
    `);
    return new Map(rows.map(({ name, ...settings }) => [name, settings]));
  },
  put: async (db, name, settings) => {
    const { roles, users } = settings;
    await db.query(sql.type(Nothing)`
      insert into models.settings (
        name, context_size, sequences, threads, gpu_layers, temperature, top_p, top_k, repeat_penalty, max_tokens,
        system_prompt, roles, users, pinned, idle_minutes, on_demand, context_shift
      ) values (
        ${name}, ${settings.contextSize}, ${settings.sequences}, ${settings.threads}, ${settings.gpuLayers},
        ${settings.temperature}, ${settings.topP}, ${settings.topK}, ${settings.repeatPenalty}, ${settings.maxTokens},
        ${settings.systemPrompt}, ${roles === null ? null : sql.array([...roles], 'text')},
        ${users === null ? null : sql.array([...users], 'uuid')}, ${settings.pinned}, ${settings.idleMinutes},
        ${settings.onDemand}, ${settings.contextShift}
      )
      on conflict (name) do update set
        context_size = excluded.context_size, sequences = excluded.sequences, threads = excluded.threads,
        gpu_layers = excluded.gpu_layers, temperature = excluded.temperature, top_p = excluded.top_p,
        top_k = excluded.top_k, repeat_penalty = excluded.repeat_penalty, max_tokens = excluded.max_tokens,
        system_prompt = excluded.system_prompt, roles = excluded.roles, users = excluded.users,
        pinned = excluded.pinned, idle_minutes = excluded.idle_minutes,
        on_demand = excluded.on_demand, context_shift = excluded.context_shift
    `);
  },
  remove: async (db, name) => {
    await db.query(sql.type(Nothing)`delete from models.settings where name = ${name}`);
  },
});
