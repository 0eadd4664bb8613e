-- Up Migration

-- What the downloads of the service of the models have come to: it goes on with them after a restart.
create table models.downloads (
  name text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'), -- of the model that comes of it
  repository text not null check (length(repository) <= 200),
  file text not null check (length(file) <= 200),
  state text not null check (state in ('waiting', 'running', 'installed', 'failed', 'cancelled')),
  version text check (length(version) <= 256), -- of the hub's file; null: it has not been asked yet
  total_bytes bigint check (total_bytes >= 0),
  error text check (length(error) <= 1000),
  requested_at timestamptz not null default clock_timestamp()
);

-- What an admin has set; what is null is decided by the service.
create table models.settings (
  name text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  context_size integer check (context_size >= 1),
  sequences integer check (sequences between 1 and 32),
  threads integer check (threads between 1 and 64),
  gpu_layers integer check (gpu_layers between 0 and 1000),
  temperature double precision check (temperature between 0 and 2),
  top_p double precision check (top_p > 0 and top_p <= 1),
  top_k integer check (top_k between 0 and 1000),
  repeat_penalty double precision check (repeat_penalty between 0.1 and 2),
  max_tokens integer check (max_tokens >= 1),
  system_prompt text check (octet_length(system_prompt) <= 16384),
  roles text[] check (cardinality(roles) <= 3), -- with users: who may use it; both null: everybody
  users uuid[] check (cardinality(users) <= 1000),
  pinned boolean not null default false,
  idle_minutes integer check (idle_minutes between 1 and 525600),
  check ((roles is null) = (users is null))
);

grant select, insert, update, delete on models.downloads, models.settings to devstudio_models;
