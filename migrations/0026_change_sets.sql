-- Up Migration

-- What a project held at a moment. Contents are those of its files and versions, so that a checkpoint costs rows alone.
create table sandbox.checkpoints (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references sandbox.projects on delete cascade,
  name text not null check (char_length(name) between 1 and 200),
  -- ASKED ones stay until they are deleted; of those that were made before something else the newest do.
  cause text not null check (cause in ('ASKED', 'CHANGE_SET', 'IMPORT', 'RESTORE')),
  revision bigint not null,
  files integer not null,
  bytes bigint not null,
  author_id uuid not null,
  agent text,
  made_at timestamptz not null default clock_timestamp()
);
create index checkpoints_by_age on sandbox.checkpoints (project_id, made_at);

create table sandbox.checkpoint_entries (
  checkpoint_id uuid not null references sandbox.checkpoints on delete cascade,
  -- Goes with its project in the same step as the contents, which it keeps otherwise.
  project_id uuid not null references sandbox.projects on delete cascade,
  path text collate "C" not null,
  -- Null for a folder.
  sha256 bytea,
  size integer not null,
  primary key (checkpoint_id, path),
  foreign key (project_id, sha256) references sandbox.blobs
);
create index checkpoint_entries_by_blob on sandbox.checkpoint_entries (project_id, sha256);

-- Changes of files that somebody proposes and somebody else decides on.
create table sandbox.change_sets (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references sandbox.projects on delete cascade,
  title text not null check (char_length(title) between 1 and 200),
  reason text check (char_length(reason) <= 10000),
  status text not null default 'PROPOSED' check (status in ('PROPOSED', 'APPLIED', 'PARTLY_APPLIED', 'REJECTED')),
  author_id uuid not null,
  agent text,
  -- The project as it was before the first of it was applied.
  checkpoint_id uuid references sandbox.checkpoints on delete set null,
  made_at timestamptz not null default clock_timestamp(),
  decided_at timestamptz
);
create index change_sets_by_age on sandbox.change_sets (project_id, made_at);
create index change_sets_by_checkpoint on sandbox.change_sets (checkpoint_id) where checkpoint_id is not null;

create table sandbox.change_set_files (
  change_set_id uuid not null references sandbox.change_sets on delete cascade,
  project_id uuid not null references sandbox.projects on delete cascade,
  number integer not null,
  path text collate "C" not null,
  -- What the author had read; null where there was no file.
  base bytea,
  base_size integer not null,
  -- Null where the file is to be deleted.
  proposed bytea,
  proposed_size integer not null,
  -- Ranges of lines of the two contents, and what was decided on each.
  hunks jsonb not null,
  primary key (change_set_id, number),
  unique (change_set_id, path),
  foreign key (project_id, base) references sandbox.blobs,
  foreign key (project_id, proposed) references sandbox.blobs
);
create index change_set_files_by_base on sandbox.change_set_files (project_id, base);
create index change_set_files_by_proposed on sandbox.change_set_files (project_id, proposed);

-- Removes contents that nothing in their project has any more.
create or replace function sandbox.sweep_blobs(p_project uuid, p_blobs bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from sandbox.blobs b
  where b.project_id = p_project and b.sha256 = any(p_blobs)
    and not exists (select from sandbox.entries e where e.project_id = p_project and e.sha256 = b.sha256)
    and not exists (select from sandbox.versions v where v.project_id = p_project and v.sha256 = b.sha256)
    and not exists (select from sandbox.checkpoint_entries c where c.project_id = p_project and c.sha256 = b.sha256)
    and not exists (select from sandbox.change_set_files f where f.project_id = p_project and f.base = b.sha256)
    and not exists (select from sandbox.change_set_files f where f.project_id = p_project and f.proposed = b.sha256)
$$;

grant select, insert, delete on sandbox.checkpoints, sandbox.checkpoint_entries to devstudio_sandbox;
grant select, insert, delete on sandbox.change_sets, sandbox.change_set_files to devstudio_sandbox;
grant update (status, checkpoint_id, decided_at) on sandbox.change_sets to devstudio_sandbox;
grant update (hunks) on sandbox.change_set_files to devstudio_sandbox;
