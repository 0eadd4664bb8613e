-- Up Migration

-- Links that set a new password. A row outlives its link to say how many were mailed within the hour.
create table users.password_resets (
  hash bytea primary key check (octet_length(hash) = 32), -- SHA-256; the token itself is stored nowhere
  user_id uuid not null references users.accounts on delete cascade,
  mailed boolean not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz -- used, or void because a newer one was made
);
create index password_resets_user on users.password_resets (user_id, created_at);
create index password_resets_age on users.password_resets (created_at);

grant select, insert, delete, update (ended_at) on users.password_resets to devstudio_users;
