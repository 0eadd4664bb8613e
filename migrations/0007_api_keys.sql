-- Up Migration

-- A key speaks for its owner, narrowed to what it was made for. One that was used is never deleted: the bill names it.
create table users.api_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users.accounts,
  name text not null check (length(name) between 1 and 80),
  prefix text not null, -- the beginning of the secret, to recognise it by
  hash bytea not null unique check (octet_length(hash) = 32), -- SHA-256; 256 random bits need no slower one
  models text[], -- null: every model
  scopes text[] not null,
  created_by uuid references users.accounts, -- null: the operator of the machine
  made_by_key uuid references users.api_keys on delete set null, -- the key that asked for it, which takes it along when revoked
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_user on users.api_keys (user_id, created_at);
create index api_keys_made_by_key on users.api_keys (made_by_key) where made_by_key is not null;
create index api_keys_unused on users.api_keys (least(revoked_at, expires_at)) where last_used_at is null;

grant select, insert, update (last_used_at, revoked_at) on users.api_keys to devstudio_users;
