-- Up Migration

-- The files of projects. They lay on disk before: what an installation has there is taken over at the next start.

alter table sandbox.projects
  -- Of the files as they are now; what is kept of their past is bounded beside.
  add column bytes bigint not null default 0 check (bytes >= 0),
  add column files integer not null default 0 check (files >= 0),
  add column folders integer not null default 0 check (folders >= 0),
  -- Of the last change. Each change of a project's files has the next one.
  add column revision bigint not null default 0;

-- A content lies once in its project, whatever files, versions and checkpoints have it. Never shared between projects:
-- nobody learns from a quota or from a time whether another has the same, and a project goes with all that is its own.
create table sandbox.blobs (
  project_id uuid not null references sandbox.projects on delete cascade,
  sha256 bytea not null check (octet_length(sha256) = 32),
  bytes bytea not null check (octet_length(bytes) <= 524288),
  primary key (project_id, sha256)
);

-- Files and folders, in one table so that a name cannot be both. "C": paths are compared byte by byte everywhere.
create table sandbox.entries (
  project_id uuid not null references sandbox.projects on delete cascade,
  path text collate "C" not null check (octet_length(path) between 1 and 512),
  -- The path without the difference of upper and lower case: a checkout must work on every system.
  folded text collate "C" not null,
  -- Null for a folder.
  sha256 bytea,
  size integer not null check (size between 0 and 524288),
  revision bigint not null,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (project_id, path),
  unique (project_id, folded),
  foreign key (project_id, sha256) references sandbox.blobs,
  check (sha256 is not null or size = 0)
);

-- What files held, the present content included. It stays when a file is deleted, so that it can be brought back.
create table sandbox.versions (
  project_id uuid not null references sandbox.projects on delete cascade,
  path text collate "C" not null,
  revision bigint not null,
  sha256 bytea not null,
  size integer not null,
  -- Who wrote it, and for which run of an agent.
  author_id uuid not null,
  agent text,
  made_at timestamptz not null default clock_timestamp(),
  primary key (project_id, path, revision),
  foreign key (project_id, sha256) references sandbox.blobs
);
create index versions_by_age on sandbox.versions (project_id, revision);
create index versions_by_blob on sandbox.versions (project_id, sha256);
create index entries_by_blob on sandbox.entries (project_id, sha256);

-- The journal that watchers follow; its oldest rows go as new ones come.
create table sandbox.changes (
  project_id uuid not null references sandbox.projects on delete cascade,
  revision bigint not null,
  kind text not null check (kind in ('WRITTEN', 'DELETED', 'MOVED', 'FOLDER_MADE')),
  path text collate "C" not null,
  -- Where it was before it was moved.
  origin text,
  sha256 bytea,
  author_id uuid not null,
  agent text,
  at timestamptz not null default clock_timestamp(),
  primary key (project_id, revision)
);

-- Who keeps others from writing to a file, or to a folder and all below it. Looked at in the transaction that writes.
create table sandbox.leases (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references sandbox.projects on delete cascade,
  path text collate "C" not null,
  holder_id uuid not null,
  -- The run of an agent that holds it; null where it is the user.
  agent text,
  expires_at timestamptz not null,
  unique (project_id, path)
);

-- Removes contents that nothing in their project has any more.
create function sandbox.sweep_blobs(p_project uuid, p_blobs bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from sandbox.blobs b
  where b.project_id = p_project and b.sha256 = any(p_blobs)
    and not exists (select from sandbox.entries e where e.project_id = p_project and e.sha256 = b.sha256)
    and not exists (select from sandbox.versions v where v.project_id = p_project and v.sha256 = b.sha256)
$$;
revoke all on function sandbox.sweep_blobs(uuid, bytea[]) from public;
grant execute on function sandbox.sweep_blobs(uuid, bytea[]) to devstudio_sandbox;

grant select, insert, update, delete on
  sandbox.entries, sandbox.versions, sandbox.changes, sandbox.leases to devstudio_sandbox;
grant select, insert on sandbox.blobs to devstudio_sandbox;
grant update (name, bytes, files, folders, revision), delete on sandbox.projects to devstudio_sandbox;
