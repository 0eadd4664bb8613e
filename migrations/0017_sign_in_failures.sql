-- Up Migration

-- Where a session was opened from, for its user to recognise it by.
alter table users.sessions
  add column address text,
  add column user_agent text check (length(user_agent) <= 256),
  -- The address, or the network of an IPv6 one, as failures are counted by: who signed in from here before is known.
  add column origin text not null default '',
  add column last_seen_at timestamptz not null default clock_timestamp();
update users.sessions s set last_seen_at = coalesce(
  (select max(t.created_at) from users.refresh_tokens t where t.session_id = s.id), s.created_at);
grant update (last_seen_at) on users.sessions to devstudio_users;

-- Spends a refresh token for its successor, as before, notes that its session was seen, and lets no session last longer
-- than `p_longest`, however often it is refreshed.
drop function users.rotate_refresh_token(bytea, bytea, interval, interval);
create function users.rotate_refresh_token(p_old bytea, p_new bytea, p_lifetime interval, p_grace interval,
  p_longest interval, out outcome text, out session_id uuid, out user_id uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_token users.refresh_tokens;
  v_session users.sessions;
  v_expires timestamptz;
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
  if v_token.expires_at <= clock_timestamp() or v_session.created_at + p_longest <= clock_timestamp() then
    outcome := 'expired'; return;
  end if;
  if not exists (select from users.accounts a where a.id = v_session.user_id and a.status = 'ACTIVE') then
    outcome := 'inactive'; return;
  end if;
  if v_token.used_at > clock_timestamp() - p_grace then outcome := 'raced'; return; end if;
  if v_token.used_at is not null then
    update users.sessions s set revoked_at = clock_timestamp(), reason = 'refresh token reused' where s.id = v_session.id;
    outcome := 'reused'; return;
  end if;
  update users.refresh_tokens t set used_at = clock_timestamp() where t.hash = p_old;
  v_expires := least(clock_timestamp() + p_lifetime, v_session.created_at + p_longest);
  insert into users.refresh_tokens (hash, session_id, expires_at) values (p_new, v_session.id, v_expires);
  update users.sessions s set expires_at = v_expires, last_seen_at = clock_timestamp()
    where s.id = v_session.id;
  outcome := 'rotated';
end
$$;
revoke all on function users.rotate_refresh_token(bytea, bytea, interval, interval, interval) from public;
grant execute on function users.rotate_refresh_token(bytea, bytea, interval, interval, interval) to devstudio_users;

-- Sign-ins that failed, or that are under way and may. Of an e-mail only its HMAC is kept, whether it has an account or
-- not, so that both are answered alike; a row is forgotten a day after its last failure.
create table users.sign_in_failures (
  account bytea not null check (octet_length(account) = 32),
  origin text not null, -- as in users.sessions, or a network, a device, a session that shows the password once more
  failures integer not null default 0 check (failures >= 0),
  blocked_until timestamptz not null default '-infinity',
  last_at timestamptz not null default clock_timestamp(),
  primary key (account, origin)
);
create index sign_in_failures_age on users.sign_in_failures (last_at);

-- What all origins together that an account does not know have tried: a bucket (GCRA) that fills with each try and runs
-- out with time. It slows many addresses that guess at one account, and never closes the account.
create table users.sign_in_pressure (
  account bytea primary key check (octet_length(account) = 32),
  empty_at timestamptz not null
);
create index sign_in_pressure_age on users.sign_in_pressure (empty_at);

-- One origin's failures of an account, made where there are none and held to the end of the transaction.
create function users.lock_sign_in_failures(p_account bytea, p_origin text) returns users.sign_in_failures
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_row users.sign_in_failures;
begin
  -- The end of another try may delete it in between.
  loop
    insert into users.sign_in_failures (account, origin) values (p_account, p_origin) on conflict do nothing;
    select * into v_row from users.sign_in_failures f
      where f.account = p_account and f.origin = p_origin for update;
    if found then return v_row; end if;
  end loop;
end
$$;

-- Takes a failure before it has failed, so that many tries at once are no more than one after the other.
-- Answers null when the try may go on, otherwise the seconds to wait; what is refused counts nothing.
--   p_origin        who is counted: a known device, a session, or an address
--   p_network       where an unknown origin stands, whose failures are counted together as well; null for a known one,
--                   which is not slowed by what others try
--   p_free          failures of one origin without a penalty; then it waits a minute, and twice as long after each other one
--   p_network_free  the same of a network
--   p_longest       the longest of these waits
--   p_step          what one try of an unknown origin adds to the account's bucket
--   p_burst         what the bucket holds
create function users.begin_sign_in(p_account bytea, p_origin text, p_network text, p_free integer,
  p_network_free integer, p_longest interval, p_step interval, p_burst interval) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now timestamptz;
  v_blocked timestamptz := '-infinity';
  v_empty timestamptz;
begin
  -- Always in this order: the account's row, then the network's, then the origin's.
  while p_network is not null loop
    insert into users.sign_in_pressure (account, empty_at) values (p_account, clock_timestamp()) on conflict do nothing;
    select p.empty_at into v_empty from users.sign_in_pressure p where p.account = p_account for update;
    exit when found;
  end loop;
  if p_network is not null then
    v_blocked := (users.lock_sign_in_failures(p_account, p_network)).blocked_until;
  end if;
  v_blocked := greatest(v_blocked, (users.lock_sign_in_failures(p_account, p_origin)).blocked_until);
  -- Read under the locks: to whoever had to wait for them, an earlier now would show a penalty that was just given.
  v_now := clock_timestamp();
  if v_blocked > v_now then return ceil(extract(epoch from v_blocked - v_now)); end if;
  if p_network is not null then
    v_empty := greatest(v_empty, v_now) + p_step;
    if v_empty > v_now + p_burst then return ceil(extract(epoch from v_empty - p_burst - v_now)); end if;
    update users.sign_in_pressure p set empty_at = v_empty where p.account = p_account;
  end if;
  update users.sign_in_failures f set
    failures = f.failures + 1,
    blocked_until = case when f.failures + 1 < counted.free then '-infinity'
      else v_now + least(p_longest, interval '1 minute' * power(2, least(f.failures + 1 - counted.free, 20))) end,
    last_at = v_now
    from (values (p_origin, p_free), (p_network, p_network_free)) as counted (origin, free)
    where f.account = p_account and f.origin = counted.origin;
  return null;
end
$$;

-- The try was right: its origin starts anew. Or it came to nothing: one failure less, and no penalty for it. Rows that
-- say nothing any more go at once, so that only what was checked and was wrong takes room.
create function users.end_sign_in(p_account bytea, p_origin text, p_network text, p_right boolean, p_step interval)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  update users.sign_in_pressure p set empty_at = p.empty_at - p_step where p.account = p_account and p_network is not null;
  update users.sign_in_failures f set failures = greatest(f.failures - 1, 0), blocked_until = '-infinity'
    where f.account = p_account and f.origin = p_network;
  update users.sign_in_failures f set failures = greatest(f.failures - 1, 0), blocked_until = '-infinity'
    where f.account = p_account and f.origin = p_origin;
  delete from users.sign_in_pressure p where p.account = p_account and p.empty_at <= clock_timestamp();
  delete from users.sign_in_failures f
    where f.account = p_account and (f.origin = p_origin and p_right or f.origin in (p_origin, p_network) and f.failures = 0);
$$;

-- Devices that an account was signed in to from: whoever shows the token of one is counted apart from everybody else.
create table users.devices (
  hash bytea primary key check (octet_length(hash) = 32), -- SHA-256; the token itself is stored nowhere
  user_id uuid not null references users.accounts on delete cascade,
  origin text not null, -- as in users.sessions: programs that sign in all the time from one crowd out none elsewhere
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
create index devices_user on users.devices (user_id, last_used_at);
create index devices_expiry on users.devices (expires_at);
grant select, insert, delete, update (origin, last_used_at, expires_at) on users.devices to devstudio_users;

revoke all on function users.lock_sign_in_failures(bytea, text),
  users.begin_sign_in(bytea, text, text, integer, integer, interval, interval, interval),
  users.end_sign_in(bytea, text, text, boolean, interval) from public;
grant execute on function users.begin_sign_in(bytea, text, text, integer, integer, interval, interval, interval),
  users.end_sign_in(bytea, text, text, boolean, interval) to devstudio_users;
-- An update of one column is what a lock of a row asks for.
grant select, delete, update (last_at) on users.sign_in_failures to devstudio_users;
grant select, delete, update (empty_at) on users.sign_in_pressure to devstudio_users;
