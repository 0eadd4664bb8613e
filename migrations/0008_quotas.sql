-- Up Migration

-- Quotas of users, keys and the installation in one mechanism, prices by model, and the key that a request was made with.
-- The lock order of all that follows: the advisory lock of quotas (shared to reserve, alone to change quotas), requests
-- by request_id, windows by quota_id. Only reserve takes windows before a request: its own, that nobody else has seen.

alter table billing.llm_requests add key_id uuid references users.api_keys; -- null: made in a session
alter table billing.token_usage add key_id uuid references users.api_keys;
create index token_usage_key on billing.token_usage (key_id, at) where key_id is not null;
create index token_usage_at on billing.token_usage (at);
-- By whom it was written: set_quota tells by it what it has added up already. A time could not, since rows are committed
-- in another order than they are made.
alter table billing.token_usage add written_by xid8 not null default pg_current_xact_id();
create index token_usage_written_by on billing.token_usage (written_by);

-- What a request holds lies in its own row: a table of holds cost two look-ups of foreign keys for each of them.
create type billing.hold as (
  quota_id bigint,
  window_start timestamptz,
  base bigint, -- units held for the prompt
  per_token bigint -- units held for each token of completion_cap
);
alter table billing.llm_requests add holds billing.hold[] not null default '{}';
update billing.llm_requests r set holds = (
  select coalesce(array_agg(row(h.quota_id, h.window_start, h.base, h.per_token)::billing.hold order by h.quota_id), '{}')
  from billing.llm_request_hold h where h.request_id = r.request_id);
drop table billing.llm_request_hold;

-- So that windows that are over are found without looking at the others.
alter table billing.quota_window add ends_at timestamptz not null default 'infinity';
update billing.quota_window w set ends_at = billing.window_end(q.period, w.window_start)
  from billing.quota q where q.id = w.quota_id;
create index quota_window_end on billing.quota_window (ends_at) where ends_at < 'infinity';

comment on column billing.quota.subject is 'user:<id>, key:<id> or installation';
comment on column billing.quota.limit_units is 'null: was taken away, and counts nothing until it is set again';

create table billing.model_price (
  model_id text primary key check (length(model_id) between 1 and 200),
  -- Micro-credits a token; the bound keeps the cost of the largest request within 63 bits, and a price within an Int.
  price_in bigint not null check (price_in between 0 and 1000000000),
  price_out bigint not null check (price_out between 0 and 1000000000),
  since timestamptz not null default clock_timestamp()
);
comment on table billing.model_price is 'A model that is not listed costs 1 micro-credit a token.';

drop function billing.reserve(uuid, text, uuid, text, bigint, bigint, bigint, bigint, bigint, interval);
drop function billing.settle(uuid, bigint, text, boolean);
drop function billing.close_request(uuid, bigint, text, boolean);
drop function billing.set_monthly_limit(uuid, bigint);
drop function billing.monthly_limit(uuid);

-- What so many tokens are in a quota's unit. Pure arithmetic, and called by functions that pin the search path: pinned
-- itself, PostgreSQL could not inline it.
create function billing.units(p_unit text, p_requests bigint, p_prompt bigint, p_completion bigint, p_price_in bigint,
  p_price_out bigint) returns bigint
language sql immutable as $$
  select case p_unit
    when 'requests' then p_requests
    when 'tokens' then p_prompt + p_completion
    else p_prompt * p_price_in + p_completion * p_price_out
  end
$$;

-- Holds the prompt and as many completion tokens as every quota of the user, of the key and of the installation still
-- allows, p_max at most.
--   granted       completion_cap tokens may be generated; limiting_quota names the quota that clamped them, if one did
--   denied        not even the prompt and p_min fit; limiting_* describe the quota in the way, and retry_at is when the
--                 last of those in the way begins anew, null when waiting does not help
--   no_quota      the user has no prepaid balance
--   inactive      there is no such account in force
--   key_inactive  the key is not in force, or another's
--   model_denied  the key is not for this model
--   duplicate     the request was reserved before; nothing changes
-- Its commit does not wait for the disk: a reservation that a crash forgets answers the next heartbeat with `lost`, and
-- a heartbeat's own commit brings everything before it to the disk.
create function billing.reserve(p_request uuid, p_worker text, p_user uuid, p_key uuid, p_model text, p_prompt bigint,
  p_max bigint, p_min bigint, p_lease interval,
  out outcome text, out completion_cap bigint, out retry_at timestamptz, out limiting_quota bigint,
  out limiting_subject text, out limiting_model text, out limiting_unit text, out limiting_period text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_subjects constant text[] := array['user:' || p_user, 'key:' || p_key, 'installation'];
  v_now timestamptz;
  v_known record;
  v_holds billing.hold[] := '{}';
  v_prepaid boolean := false;
  v_cap bigint := p_max;
  v_retry timestamptz;
  v_frees timestamptz;
  v_limits boolean;
  v_this_cap bigint;
  v_base bigint;
  v_per_token bigint;
  w record;
begin
  -- `is not true`, so that a null is refused as well.
  if (p_prompt between 0 and 2147483647 and p_min >= 0 and p_max between p_min and 2147483647 and p_lease > interval '0')
    is not true then
    raise exception 'a reservation of % prompt and % to % completion tokens is not valid', p_prompt, p_min, p_max
      using errcode = 'invalid_parameter_value';
  end if;
  completion_cap := 0;
  perform set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock_shared(6813005);
  -- After the lock: a quota that was set meanwhile has begun its window by now.
  v_now := clock_timestamp();

  select a.status = 'ACTIVE' as active, k.models, coalesce(m.price_in, 1) as price_in, coalesce(m.price_out, 1) as price_out,
      k.id is not null and k.revoked_at is null and (k.expires_at is null or k.expires_at > v_now) as key_active,
      exists (select from billing.llm_requests r where r.request_id = p_request) as reserved
    into v_known
    from users.accounts a
    left join users.api_keys k on k.id = p_key and k.user_id = a.id
    left join billing.model_price m on m.model_id = p_model
    where a.id = p_user;
  if v_known.reserved then outcome := 'duplicate'; return; end if;
  if v_known.active is not true then outcome := 'inactive'; return; end if;
  if p_key is not null then
    if not v_known.key_active then outcome := 'key_inactive'; return; end if;
    if not p_model = any(v_known.models) then outcome := 'model_denied'; return; end if;
  end if;

  insert into billing.quota_window (quota_id, window_start, ends_at, limit_units)
    select q.id, s.window_start, billing.window_end(q.period, s.window_start), q.limit_units
    from billing.quota q
    cross join lateral (select billing.window_of(q.period, v_now) as window_start) s
    where q.subject = any(v_subjects) and (q.model_id is null or q.model_id = p_model) and q.limit_units is not null
      and not exists (select from billing.quota_window x where x.quota_id = q.id and x.window_start = s.window_start)
    order by q.id
    on conflict do nothing;

  for w in
    select qw.quota_id, qw.window_start, qw.ends_at, q.subject, q.model_id, q.unit, q.period, q.limit_units,
      -- The window's own limit may be higher: of one that was lowered it keeps what was spent and held.
      least(q.limit_units, qw.limit_units) - qw.spent - qw.reserved as free
    from billing.quota q
    join billing.quota_window qw on qw.quota_id = q.id and qw.window_start = billing.window_of(q.period, v_now)
    where q.subject = any(v_subjects) and (q.model_id is null or q.model_id = p_model) and q.limit_units is not null
    order by qw.quota_id
    for no key update of qw
  loop
    v_prepaid := v_prepaid
      or (w.subject = v_subjects[1] and w.unit = 'tokens' and w.period = 'total' and w.model_id is null);
    v_base := billing.units(w.unit, 1, p_prompt, 0, v_known.price_in, v_known.price_out);
    v_per_token := billing.units(w.unit, 0, 0, 1, v_known.price_in, v_known.price_out);
    v_this_cap := case
      when w.free < v_base then -1
      when v_per_token = 0 then p_max
      else least(p_max, (w.free - v_base) / v_per_token)
    end;
    if v_this_cap < p_min then
      -- Of several quotas in the way, the one that frees last decides when a retry can succeed; one that could not hold
      -- the request even when it is fresh never frees.
      v_frees := case when w.limit_units < v_base + v_per_token * p_min then 'infinity' else w.ends_at end;
      v_limits := v_retry is null or v_frees > v_retry;
      v_retry := greatest(v_retry, v_frees);
    else
      v_limits := v_retry is null and v_this_cap < v_cap;
    end if;
    if v_limits then
      limiting_quota := w.quota_id;
      limiting_subject := w.subject;
      limiting_model := w.model_id;
      limiting_unit := w.unit;
      limiting_period := w.period;
    end if;
    v_cap := least(v_cap, v_this_cap);
    v_holds := v_holds || row(w.quota_id, w.window_start, v_base, v_per_token)::billing.hold;
  end loop;

  if not v_prepaid then
    outcome := 'no_quota';
  elsif v_retry is not null then
    outcome := 'denied';
    retry_at := nullif(v_retry, 'infinity');
  else
    insert into billing.llm_requests (request_id, user_id, key_id, model_id, worker, prompt_tokens, completion_cap,
        price_in, price_out, lease_until, created_at, holds)
      values (p_request, p_user, p_key, p_model, p_worker, p_prompt, v_cap,
        v_known.price_in, v_known.price_out, v_now + p_lease, v_now, v_holds)
      on conflict do nothing;
    -- Of two simultaneous reservations of one request the second ends here, before it has held anything.
    if not found then outcome := 'duplicate'; return; end if;
    update billing.quota_window qw set reserved = qw.reserved + h.base + h.per_token * v_cap
      from unnest(v_holds) h where qw.quota_id = h.quota_id and qw.window_start = h.window_start;
    outcome := 'granted';
    completion_cap := v_cap;
  end if;
end
$$;

-- Records that p_completion tokens exist and renews the lease; only after `ok` may they be delivered.
--   lost      the request is closed, or another worker's
--   inactive  the account was suspended, or the key is in force no more: deliver nothing more, and settle
create or replace function billing.heartbeat(p_request uuid, p_worker text, p_completion bigint, p_lease interval)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_completion >= 0 and p_lease > interval '0') is not true then
    raise exception 'a heartbeat of % tokens is not valid', p_completion using errcode = 'invalid_parameter_value';
  end if;
  -- More than was reserved breaks within_cap: tokens that nobody pays for are never acknowledged.
  update billing.llm_requests r
    set completion_tokens = greatest(r.completion_tokens, p_completion), lease_until = clock_timestamp() + p_lease
    from users.accounts a
    where r.request_id = p_request and r.worker = p_worker and r.state = 'open'
      and a.id = r.user_id and a.status = 'ACTIVE'
      and (r.key_id is null or exists (select from users.api_keys k where k.id = r.key_id
        and k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())));
  if found then return 'ok'; end if;
  if exists (select from billing.llm_requests r
    where r.request_id = p_request and r.worker = p_worker and r.state = 'open') then
    return 'inactive';
  end if;
  return 'lost';
end
$$;

-- Charges and closes an open request, once; answers the state that it ends in, `unknown` for no such request, `lost`
-- for one of another worker. p_worker null: whoever's it is.
create function billing.close_request(p_request uuid, p_worker text, p_completion bigint, p_outcome text,
  p_charge_prompt boolean)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_request billing.llm_requests;
  v_completion bigint;
  v_charged boolean;
  v_prompt bigint;
begin
  select * into v_request from billing.llm_requests r where r.request_id = p_request for no key update;
  if not found then return 'unknown'; end if;
  if v_request.worker <> p_worker then return 'lost'; end if;
  if v_request.state <> 'open' then return v_request.state; end if;
  -- Never less than was recorded, which may have been delivered; never more than was held.
  v_completion := least(greatest(v_request.completion_tokens, p_completion), v_request.completion_cap);
  v_charged := p_charge_prompt or v_completion > 0;
  v_prompt := case when v_charged then v_request.prompt_tokens else 0 end;
  -- A settlement that a crash forgets leaves the request to the reaper. Where that would charge the same, there is
  -- nothing to wait for the disk for, with the locks of the windows held.
  if v_completion = v_request.completion_tokens and v_charged = (v_completion > 0) then
    perform set_config('synchronous_commit', 'off', true);
  end if;

  update billing.llm_requests r
    set state = p_outcome, completion_tokens = v_completion, closed_at = clock_timestamp()
    where r.request_id = p_request;
  insert into billing.token_usage
      (request_id, user_id, key_id, model_id, prompt_tokens, completion_tokens, cost_microcredits, outcome)
    values (p_request, v_request.user_id, v_request.key_id, v_request.model_id, v_prompt, v_completion,
      v_prompt * v_request.price_in + v_completion * v_request.price_out, p_outcome);
  perform from billing.quota_window qw
    join unnest(v_request.holds) h on h.quota_id = qw.quota_id and h.window_start = qw.window_start
    order by qw.quota_id
    for no key update of qw;
  update billing.quota_window qw
    set reserved = qw.reserved - (h.base + h.per_token * v_request.completion_cap),
      spent = qw.spent + case when v_charged then h.base else 0 end + h.per_token * v_completion
    from unnest(v_request.holds) h
    where qw.quota_id = h.quota_id and qw.window_start = h.window_start;
  return p_outcome;
end
$$;

-- Ends a request of this worker. p_charge_prompt false: a failure before the first token costs nothing. Repeating it
-- changes nothing.
create function billing.settle(p_request uuid, p_worker text, p_completion bigint, p_outcome text,
  p_charge_prompt boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_worker is not null and p_completion >= 0 and p_outcome in ('settled', 'cancelled', 'failed')
    and p_charge_prompt is not null) is not true then
    raise exception 'a settlement of % tokens as % is not valid', p_completion, p_outcome
      using errcode = 'invalid_parameter_value';
  end if;
  return billing.close_request(p_request, p_worker, p_completion, p_outcome, p_charge_prompt);
end
$$;

create or replace function billing.reap() returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_request uuid;
begin
  select r.request_id into v_request from billing.llm_requests r
    where r.state = 'open' and r.lease_until < clock_timestamp()
    order by r.lease_until limit 1
    for no key update skip locked;
  if found then perform billing.close_request(v_request, null, 0, 'expired', false); end if;
  return v_request;
end
$$;

-- What the bill has of a quota's period, in its unit: what p_seen sees (p_rest false), or what it does not. EXECUTEd, so
-- that it is planned for what it was given.
create function billing.charged(p_unit text, p_start timestamptz, p_user uuid, p_key uuid, p_model text,
  p_seen pg_snapshot, p_rest boolean) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_units bigint;
begin
  execute $query$
    select coalesce(sum(case $1 when 'tokens' then u.total_tokens when 'microcredits' then u.cost_microcredits
        else (u.total_tokens > 0)::int end), 0)
      from billing.token_usage u left join billing.llm_requests r on r.request_id = u.request_id
      -- By when it was reserved, as everywhere: a request is charged to the window that held it. In total there is
      -- nothing to look up.
      where ($2 = '-infinity' or (u.at >= $2 and r.created_at >= $2))
        and ($3 is null or u.user_id = $3) and ($4 is null or u.key_id = $4) and ($5 is null or u.model_id = $5)
        and case when $7 then u.written_by >= pg_snapshot_xmin($6) and not pg_visible_in_snapshot(u.written_by, $6)
          else pg_visible_in_snapshot(u.written_by, $6) end
  $query$ into v_units using p_unit, p_start, p_user, p_key, p_model, p_seen, p_rest;
  return v_units;
end
$$;

-- Sets what a subject may use; answers the quota's id. A quota that begins now counts what its period has spent already
-- and holds what running requests hold of it. The bill is added up before reservations have to wait, and only what was
-- written since while they do. A limit below what is spent and held ends no request, and nothing is granted until less
-- than it is.
create function billing.set_quota(p_subject text, p_model text, p_unit text, p_period text, p_limit bigint)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_user constant uuid := substring(p_subject from '^user:(.*)$');
  v_key constant uuid := substring(p_subject from '^key:(.*)$');
  v_start timestamptz := billing.window_of(p_period, clock_timestamp());
  v_seen pg_snapshot := '1:1:'; -- nothing
  v_spent bigint := 0;
  v_quota bigint;
  v_reserved bigint;
begin
  if (p_limit >= 0 and (v_user is not null or v_key is not null or p_subject = 'installation')
    and (p_model is null or length(p_model) between 1 and 200)
    and p_unit in ('requests', 'tokens', 'microcredits') and p_period in ('minute', 'day', 'month', 'total')) is not true
    -- The prepaid balance changes by grants, which the ledger has.
    or (v_user is not null and p_model is null and p_unit = 'tokens' and p_period = 'total') then
    raise exception 'a limit of % % for % is not valid', p_limit, p_unit, p_subject
      using errcode = 'invalid_parameter_value';
  end if;
  if v_user is not null and not exists (select from users.accounts a where a.id = v_user)
    or v_key is not null and not exists (select from users.api_keys k where k.id = v_key) then
    raise exception 'there is no %', p_subject using errcode = 'no_data_found';
  end if;

  -- Nobody else sees a key that this transaction has made, so nothing is spent with it and nobody is to be waited for.
  -- By its time as well: a row that was only changed here bears this transaction, too.
  if exists (select from users.api_keys k where k.id = v_key and k.xmin = pg_current_xact_id()::xid
    and k.created_at >= transaction_timestamp()) then
    insert into billing.quota (subject, model_id, unit, period, limit_units)
      values (p_subject, p_model, p_unit, p_period, p_limit)
      on conflict (subject, model_id, unit, period) do update set limit_units = excluded.limit_units
      returning id into v_quota;
    return v_quota;
  end if;

  if not exists (select from billing.quota q
    where q.subject = p_subject and q.model_id is not distinct from p_model and q.unit = p_unit and q.period = p_period
      and q.limit_units is not null) then
    v_seen := pg_current_snapshot();
    v_spent := billing.charged(p_unit, v_start, v_user, v_key, p_model, v_seen, false);
  end if;
  perform pg_advisory_xact_lock(6813005);
  if v_start <> billing.window_of(p_period, clock_timestamp()) then
    v_start := billing.window_of(p_period, clock_timestamp());
    v_seen := '1:1:';
    v_spent := 0;
  end if;

  update billing.quota q set limit_units = p_limit
    where q.subject = p_subject and q.model_id is not distinct from p_model and q.unit = p_unit and q.period = p_period
      and q.limit_units is not null
    returning q.id into v_quota;
  if found then
    update billing.quota_window w set limit_units = greatest(p_limit, w.spent + w.reserved)
      where w.quota_id = v_quota and w.window_start = v_start;
    return v_quota;
  end if;

  -- Whoever settles one of them at this moment is waited for, and then it is on the bill.
  perform from billing.llm_requests r
    where r.state = 'open' and (v_user is null or r.user_id = v_user) and (v_key is null or r.key_id = v_key)
      and (p_model is null or r.model_id = p_model)
    order by r.request_id
    for no key update;
  insert into billing.quota (subject, model_id, unit, period, limit_units)
    values (p_subject, p_model, p_unit, p_period, p_limit)
    on conflict (subject, model_id, unit, period) do update set limit_units = excluded.limit_units
    returning id into v_quota;
  v_spent := v_spent + billing.charged(p_unit, v_start, v_user, v_key, p_model, v_seen, true);
  with held as (
    select r.request_id, billing.units(p_unit, 1, r.prompt_tokens, 0, r.price_in, r.price_out) as base,
      billing.units(p_unit, 0, 0, 1, r.price_in, r.price_out) as per_token, r.completion_cap
    from billing.llm_requests r
    where r.state = 'open' and r.created_at >= v_start
      and (v_user is null or r.user_id = v_user) and (v_key is null or r.key_id = v_key)
      and (p_model is null or r.model_id = p_model)
  ), marked as (
    -- A quota that was taken away and comes back is held by some of them already.
    update billing.llm_requests r set holds = r.holds || row(v_quota, v_start, held.base, held.per_token)::billing.hold
      from held
      where r.request_id = held.request_id and not exists (select from unnest(r.holds) h where h.quota_id = v_quota)
  )
  select coalesce(sum(held.base + held.per_token * held.completion_cap), 0) into v_reserved from held;
  insert into billing.quota_window (quota_id, window_start, ends_at, limit_units, reserved, spent)
    values (v_quota, v_start, billing.window_end(p_period, v_start), greatest(p_limit, v_spent + v_reserved),
      v_reserved, v_spent)
    on conflict (quota_id, window_start) do update
      set limit_units = excluded.limit_units, reserved = excluded.reserved, spent = excluded.spent;
  return v_quota;
end
$$;

-- Takes a limit away; false for one that is not there, and for a prepaid balance. What holds it settles as before.
create function billing.remove_quota(p_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(6813005);
  update billing.quota q set limit_units = null
    where q.id = p_id and q.limit_units is not null
      and not (q.subject like 'user:%' and q.model_id is null and q.unit = 'tokens' and q.period = 'total');
  return found;
end
$$;

-- The quotas in force of these subjects, or of everybody (null), with the figures of the period that runs: the p_first
-- oldest after p_after, all where it is null.
create function billing.quotas(p_subjects text[], p_after bigint default 0, p_first int default null)
returns table (id bigint, subject text, model_id text, unit text, period text, limit_units bigint, spent bigint,
  reserved bigint, resets_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select q.id, q.subject, q.model_id, q.unit, q.period, q.limit_units, coalesce(w.spent, 0), coalesce(w.reserved, 0),
    nullif(billing.window_end(q.period, s.window_start), 'infinity')
  from billing.quota q
  cross join lateral (select billing.window_of(q.period, statement_timestamp()) as window_start) s
  left join billing.quota_window w on w.quota_id = q.id and w.window_start = s.window_start
  where q.limit_units is not null and (p_subjects is null or q.subject = any(p_subjects)) and q.id > p_after
  order by q.id limit p_first
$$;

-- Forgets windows that ended an hour ago and that nothing holds, 500 at once; answers how many. Nothing new can hold
-- them, and the bill has what they counted.
create function billing.purge_windows() returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
  with gone as (
    delete from billing.quota_window w where (w.quota_id, w.window_start) in (
      select x.quota_id, x.window_start from billing.quota_window x
      where x.ends_at < clock_timestamp() - interval '1 hour' and x.ends_at < 'infinity'
        and not exists (select from billing.llm_requests r cross join unnest(r.holds) h
          where r.state = 'open' and h.quota_id = x.quota_id and h.window_start = x.window_start)
      order by x.ends_at limit 500
      for update skip locked)
    returning 1)
  select count(*) from gone
$$;

-- Sets the price of a model's tokens; answers since when it holds. Requests that run keep theirs.
create function billing.set_model_price(p_model text, p_price_in bigint, p_price_out bigint) returns timestamptz
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into billing.model_price as m (model_id, price_in, price_out) values (p_model, p_price_in, p_price_out)
    on conflict (model_id) do update
      set price_in = excluded.price_in, price_out = excluded.price_out, since = excluded.since
    returning m.since
$$;

create function billing.model_prices()
returns table (model_id text, price_in bigint, price_out bigint, since timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select m.model_id, m.price_in, m.price_out, m.since from billing.model_price m order by m.model_id
$$;

revoke all on all functions in schema billing from public;
grant execute on function
  billing.reserve(uuid, text, uuid, uuid, text, bigint, bigint, bigint, interval),
  billing.heartbeat(uuid, text, bigint, interval),
  billing.settle(uuid, text, bigint, text, boolean),
  billing.model_prices()
  to devstudio_models;
grant execute on function
  billing.set_quota(text, text, text, text, bigint),
  billing.remove_quota(bigint),
  billing.quotas(text[], bigint, int),
  billing.purge_windows(),
  billing.set_model_price(text, bigint, bigint),
  billing.model_prices()
  to devstudio_users;
