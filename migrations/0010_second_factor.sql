-- Up Migration

-- The authenticator of a user (TOTP, RFC 6238). It counts once `confirmed_at` says that a code of it was shown.
create table users.second_factors (
  user_id uuid primary key references users.accounts on delete cascade,
  secret bytea not null, -- AES-256-GCM: nonce (12), tag (16), ciphertext
  created_at timestamptz not null default clock_timestamp(),
  confirmed_at timestamptz,
  last_step bigint not null default 0, -- the time step of the last code that was accepted; no older one is
  -- Wrong codes after a right password, since `wrong_since`.
  wrong_codes integer not null default 0,
  wrong_since timestamptz not null default clock_timestamp()
);

-- A code that is used is deleted.
create table users.recovery_codes (
  user_id uuid not null references users.second_factors on delete cascade,
  hash bytea not null check (octet_length(hash) = 32), -- SHA-256; 80 random bits need no slower one
  primary key (user_id, hash)
);

grant select, insert, delete, update on users.second_factors to devstudio_users;
grant select, insert, delete on users.recovery_codes to devstudio_users;

alter table users.sessions drop constraint sessions_reason_check;
alter table users.sessions add constraint sessions_reason_check check (reason in
  ('logout', 'refresh token reused', 'account suspended', 'password changed', 'second factor reset', 'second factor enabled'));
