-- Up Migration

-- The files of a project lie on disk, in a folder that is named for its id.
create table sandbox.projects (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  name text not null check (char_length(name) between 1 and 100),
  created_at timestamptz not null default clock_timestamp(),
  unique (owner_id, name)
);

create index projects_by_owner on sandbox.projects (owner_id, created_at desc);

grant select, insert on sandbox.projects to devstudio_sandbox;
