-- Up Migration

-- Processes of the sandbox service that are alive, as they say themselves every few seconds.
create table sandbox.executors (
  id uuid primary key,
  seen_at timestamptz not null default clock_timestamp()
);

-- Executions of programs: those that wait and run, and for some time those that were.
create table sandbox.executions (
  id uuid primary key,
  owner_id uuid not null,
  -- Its history goes with the project whose files it had.
  project_id uuid references sandbox.projects on delete cascade,
  engine text not null check (octet_length(engine) <= 32), -- the one that it came to, for example run:python
  driver text not null check (octet_length(driver) <= 200),
  isolation text not null check (octet_length(isolation) <= 200),
  status text not null check (status in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'SIGNALED', 'TIMED_OUT',
    'CPU_EXCEEDED', 'MEMORY_EXCEEDED', 'OUTPUT_EXCEEDED', 'DISK_EXCEEDED', 'CANCELLED', 'ENGINE_FAILED', 'LOST')),
  executor uuid not null, -- the process that answers for it until it has ended
  cancelled boolean not null default false, -- asked for by a process that is not the executor
  idempotency_key text check (octet_length(idempotency_key) <= 128),
  fingerprint bytea, -- of the request that came with the key
  limits jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  queued_ms integer check (queued_ms >= 0),
  wall_ms integer check (wall_ms >= 0),
  cpu_ms integer check (cpu_ms >= 0),
  peak_memory_bytes bigint check (peak_memory_bytes >= 0),
  exit_code integer,
  signal text check (octet_length(signal) <= 32),
  message text check (octet_length(message) <= 4096),
  last_sequence integer not null default 0, -- of its events
  -- Beginnings and ends of the two streams.
  stdout_head bytea not null default '' check (octet_length(stdout_head) <= 131072),
  stdout_tail bytea not null default '' check (octet_length(stdout_tail) <= 65536),
  stdout_total bigint not null default 0,
  stderr_head bytea not null default '' check (octet_length(stderr_head) <= 131072),
  stderr_tail bytea not null default '' check (octet_length(stderr_tail) <= 65536),
  stderr_total bigint not null default 0
);
create unique index executions_once on sandbox.executions (owner_id, idempotency_key)
  where idempotency_key is not null;
create index executions_of_owner on sandbox.executions (owner_id, created_at desc, id desc);
create index executions_of_project on sandbox.executions (project_id, created_at desc, id desc);
create index executions_by_age on sandbox.executions (created_at);
create index executions_under_way on sandbox.executions (executor) where ended_at is null;

-- Files that executions brought back.
create table sandbox.execution_files (
  execution_id uuid not null references sandbox.executions on delete cascade,
  path text collate "C" not null check (octet_length(path) between 1 and 512),
  size integer not null check (size >= 0),
  bytes bytea, -- null where there were too many to keep them all
  primary key (execution_id, path)
);

create trigger owner_not_erased before insert on sandbox.executions
  for each row execute function erasure.refuse_owner();

grant select, insert, update, delete on sandbox.executors, sandbox.executions to devstudio_sandbox;
grant select, insert, delete on sandbox.execution_files to devstudio_sandbox;
