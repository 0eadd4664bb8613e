-- Up Migration

-- Archives on their way in: a request holds less than one. They go when they were taken in, or after an hour.
create table sandbox.uploads (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references sandbox.projects on delete cascade,
  size integer not null default 0 check (size between 0 and 16777216),
  made_at timestamptz not null default clock_timestamp()
);
create index uploads_by_project on sandbox.uploads (project_id);

create table sandbox.upload_parts (
  upload_id uuid not null references sandbox.uploads on delete cascade,
  position integer not null,
  bytes bytea not null check (octet_length(bytes) between 1 and 720000),
  primary key (upload_id, position)
);

grant select, insert, update (size), delete on sandbox.uploads to devstudio_sandbox;
grant select, insert on sandbox.upload_parts to devstudio_sandbox;
