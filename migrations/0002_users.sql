-- Up Migration

create table users.accounts (
  id uuid primary key default gen_random_uuid(),
  email text not null check (length(email) between 3 and 254),
  password_hash text not null,
  role text not null check (role in ('ADMIN', 'DEVELOPER', 'VIEWER')),
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'SUSPENDED')),
  created_at timestamptz not null default clock_timestamp()
);
create unique index accounts_email on users.accounts (lower(email));

create table users.sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users.accounts,
  created_at timestamptz not null default clock_timestamp(),
  -- The end of its newest refresh token.
  expires_at timestamptz not null,
  revoked_at timestamptz,
  reason text check (reason in ('logout', 'refresh token reused')),
  constraint revoked_for_a_reason check ((revoked_at is null) = (reason is null))
);
create index sessions_user on users.sessions (user_id);
create index sessions_expiry on users.sessions (expires_at);

-- Every token that a session ever had, so that the second use of a spent one is seen.
create table users.refresh_tokens (
  hash bytea primary key check (octet_length(hash) = 32), -- SHA-256; the token itself is stored nowhere
  session_id uuid not null references users.sessions on delete cascade,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_session on users.refresh_tokens (session_id);

create table users.signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  private_jwk bytea not null, -- AES-256-GCM: nonce (12), tag (16), ciphertext
  -- The active key signs; a retired one still verifies what it signed.
  state text not null default 'active' check (state in ('active', 'retired')),
  created_at timestamptz not null default clock_timestamp()
);
create unique index signing_keys_one_active on users.signing_keys (state) where state = 'active';

-- Spends a refresh token for its successor. All changes of a session's tokens happen under the lock of the session's
-- row, so of any number of simultaneous uses one rotates. `raced` is a second use within the grace: another tab, or a
-- client whose answer got lost; later it is theft, and ends the session for both holders.
create function users.rotate_refresh_token(p_old bytea, p_new bytea, p_lifetime interval, p_grace interval,
  out outcome text, out session_id uuid, out user_id uuid)
language plpgsql as $$
declare
  v_token users.refresh_tokens;
  v_session users.sessions;
begin
  select s.* into v_session
    from users.refresh_tokens t join users.sessions s on s.id = t.session_id
    where t.hash = p_old for update of s;
  if not found then outcome := 'unknown'; return; end if;
  -- Read after the lock: what stood there before it may have been spent meanwhile.
  select * into v_token from users.refresh_tokens t where t.hash = p_old;
  session_id := v_session.id;
  user_id := v_session.user_id;
  if v_session.revoked_at is not null then outcome := 'revoked'; return; end if;
  if v_token.expires_at <= clock_timestamp() then outcome := 'expired'; return; end if;
  if not exists (select from users.accounts a where a.id = v_session.user_id and a.status = 'ACTIVE') then
    outcome := 'inactive'; return;
  end if;
  if v_token.used_at > clock_timestamp() - p_grace then outcome := 'raced'; return; end if;
  if v_token.used_at is not null then
    update users.sessions s set revoked_at = clock_timestamp(), reason = 'refresh token reused' where s.id = v_session.id;
    outcome := 'reused'; return;
  end if;
  update users.refresh_tokens t set used_at = clock_timestamp() where t.hash = p_old;
  insert into users.refresh_tokens (hash, session_id, expires_at) values (p_new, v_session.id, clock_timestamp() + p_lifetime);
  update users.sessions s set expires_at = clock_timestamp() + p_lifetime where s.id = v_session.id;
  outcome := 'rotated';
end
$$;

revoke all on all functions in schema users from public;
grant execute on function users.rotate_refresh_token(bytea, bytea, interval, interval) to devstudio_users;
grant select, insert on users.accounts, users.signing_keys to devstudio_users;
grant select, insert, delete, update (expires_at, revoked_at, reason) on users.sessions to devstudio_users;
grant select, insert, update (used_at) on users.refresh_tokens to devstudio_users;
