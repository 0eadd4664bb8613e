-- Up Migration

-- Into how many parts a content was cut for a model; a content that is no text has none.
create table sandbox.embedded (
  project_id uuid not null,
  model text collate "C" not null check (octet_length(model) between 1 and 200),
  sha256 bytea not null,
  parts integer not null check (parts >= 0),
  primary key (project_id, model, sha256),
  foreign key (project_id, sha256) references sandbox.blobs on delete cascade
);
create index embedded_by_blob on sandbox.embedded (project_id, sha256);

-- What a model makes of a part: floats of 32 bits, the lowest byte first, of length 1.
create table sandbox.vectors (
  project_id uuid not null,
  model text collate "C" not null,
  sha256 bytea not null,
  part integer not null,
  vector bytea not null check (octet_length(vector) between 4 and 32768 and octet_length(vector) % 4 = 0),
  primary key (project_id, model, sha256, part),
  foreign key (project_id, model, sha256) references sandbox.embedded on delete cascade
);

grant select, insert, update, delete on sandbox.embedded, sandbox.vectors to devstudio_sandbox;
