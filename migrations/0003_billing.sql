-- Up Migration

-- Token budgets and the bill. Other services reach them through the functions at the end and nothing else; every table
-- belongs to the owner. The one lock order: a request's row, then windows by quota_id; never two requests in one
-- transaction. Only reserve takes the windows first: the row that it then inserts is one that nobody else has seen.

create table billing.quota (
  id bigint generated always as identity primary key,
  subject text not null, -- 'user:<id>'
  model_id text, -- null: every model
  unit text not null check (unit in ('requests', 'tokens', 'microcredits')),
  period text not null check (period in ('minute', 'day', 'month', 'total')),
  limit_units bigint not null check (limit_units >= 0),
  unique nulls not distinct (subject, model_id, unit, period)
);
comment on table billing.quota is 'What a subject may use. tokens/total of every model is the prepaid balance; whoever has none may use nothing.';

create table billing.quota_window (
  quota_id bigint not null references billing.quota,
  window_start timestamptz not null,
  limit_units bigint not null,
  reserved bigint not null default 0 check (reserved >= 0),
  spent bigint not null default 0 check (spent >= 0),
  primary key (quota_id, window_start),
  -- Whatever the functions do wrong, the database itself refuses to overspend.
  constraint never_overspent check (spent + reserved <= limit_units)
) with (fillfactor = 70);

create table billing.llm_requests (
  request_id uuid primary key,
  user_id uuid not null references users.accounts,
  model_id text not null,
  worker text not null,
  state text not null default 'open' check (state in ('open', 'settled', 'cancelled', 'failed', 'expired')),
  prompt_tokens bigint not null check (prompt_tokens >= 0),
  completion_cap bigint not null,
  completion_tokens bigint not null default 0,
  price_in bigint not null check (price_in >= 0), -- micro-credits a token
  price_out bigint not null check (price_out >= 0),
  lease_until timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  constraint within_cap check (completion_tokens between 0 and completion_cap)
) with (fillfactor = 70);
create index llm_requests_open on billing.llm_requests (lease_until) where state = 'open';

create table billing.llm_request_hold (
  request_id uuid not null references billing.llm_requests,
  quota_id bigint not null,
  window_start timestamptz not null,
  base bigint not null, -- units held for the prompt
  per_token bigint not null, -- units held for each token of completion_cap
  primary key (request_id, quota_id),
  foreign key (quota_id, window_start) references billing.quota_window
);

create table billing.token_usage (
  request_id uuid primary key references billing.llm_requests,
  user_id uuid not null references users.accounts,
  model_id text not null,
  prompt_tokens bigint not null,
  completion_tokens bigint not null,
  total_tokens bigint not null generated always as (prompt_tokens + completion_tokens) stored,
  cost_microcredits bigint not null,
  outcome text not null check (outcome in ('settled', 'cancelled', 'failed', 'expired')),
  at timestamptz not null default clock_timestamp()
);
comment on table billing.token_usage is 'The bill: one row a request, never changed.';
create index token_usage_user on billing.token_usage (user_id, at);

create table billing.grants (
  id bigint generated always as identity primary key,
  user_id uuid not null references users.accounts,
  tokens bigint not null check (tokens > 0),
  reason text check (length(reason) <= 200),
  by uuid references users.accounts, -- null: the installation itself
  at timestamptz not null default clock_timestamp()
);
comment on table billing.grants is 'The ledger of prepaid tokens: one row a grant, never changed.';
create index grants_user on billing.grants (user_id, at);

create function billing.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'P0403';
end
$$;
create trigger append_only before update or delete or truncate on billing.token_usage
  for each statement execute function billing.refuse_change();
create trigger append_only before update or delete or truncate on billing.grants
  for each statement execute function billing.refuse_change();

create function billing.window_of(p_period text, p_at timestamptz) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case p_period when 'total' then '-infinity' else date_trunc(p_period, p_at, 'UTC') end
$$;

create function billing.window_end(p_period text, p_start timestamptz) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case p_period
    when 'minute' then p_start + interval '1 minute'
    when 'day' then (p_start at time zone 'UTC' + interval '1 day') at time zone 'UTC'
    when 'month' then (p_start at time zone 'UTC' + interval '1 month') at time zone 'UTC'
    else 'infinity'
  end
$$;

-- Holds the prompt and as many completion tokens as every quota still allows, p_max at most.
--   granted    completion_cap tokens may be generated; limiting_quota names the quota that clamped them, if one did
--   denied     not even the prompt and p_min fit; retry_at is when the last of the quotas in the way begins anew, null
--              when waiting does not help
--   no_quota   the user has no prepaid balance
--   inactive   there is no such account in force
--   duplicate  the request was reserved before; nothing changes
create function billing.reserve(p_request uuid, p_worker text, p_user uuid, p_model text, p_prompt bigint, p_max bigint,
  p_min bigint, p_price_in bigint, p_price_out bigint, p_lease interval,
  out outcome text, out completion_cap bigint, out limiting_quota bigint, out retry_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_subject constant text := 'user:' || p_user;
  v_holds billing.llm_request_hold[] := '{}';
  v_prepaid boolean := false;
  v_cap bigint := p_max;
  v_limiting bigint;
  v_retry timestamptz;
  v_this_cap bigint;
  v_base bigint;
  v_per_token bigint;
  w record;
begin
  -- `is not true`, so that a null is refused as well.
  if (p_prompt >= 0 and p_min >= 0 and p_max >= p_min and p_price_in >= 0 and p_price_out >= 0 and p_lease > interval '0')
    is not true then
    raise exception 'a reservation of % prompt and % to % completion tokens is not valid', p_prompt, p_min, p_max
      using errcode = 'invalid_parameter_value';
  end if;
  completion_cap := 0;
  if exists (select from billing.llm_requests r where r.request_id = p_request) then outcome := 'duplicate'; return; end if;
  if not exists (select from users.accounts a where a.id = p_user and a.status = 'ACTIVE') then
    outcome := 'inactive'; return;
  end if;

  insert into billing.quota_window (quota_id, window_start, limit_units)
    select q.id, billing.window_of(q.period, v_now), q.limit_units
    from billing.quota q
    where q.subject = v_subject and (q.model_id is null or q.model_id = p_model)
      and not exists (select from billing.quota_window x
        where x.quota_id = q.id and x.window_start = billing.window_of(q.period, v_now))
    order by q.id
    on conflict do nothing;

  for w in
    select qw.quota_id, qw.window_start, q.model_id, q.unit, q.period, qw.limit_units - qw.spent - qw.reserved as free
    from billing.quota q
    join billing.quota_window qw on qw.quota_id = q.id and qw.window_start = billing.window_of(q.period, v_now)
    where q.subject = v_subject and (q.model_id is null or q.model_id = p_model)
    order by qw.quota_id
    for no key update of qw
  loop
    v_prepaid := v_prepaid or (w.unit = 'tokens' and w.period = 'total' and w.model_id is null);
    v_base := case w.unit when 'requests' then 1 when 'tokens' then p_prompt else p_prompt * p_price_in end;
    v_per_token := case w.unit when 'requests' then 0 when 'tokens' then 1 else p_price_out end;
    v_this_cap := case
      when w.free < v_base then -1
      when v_per_token = 0 then p_max
      else least(p_max, (w.free - v_base) / v_per_token)
    end;
    if v_this_cap < p_min then
      -- Of several quotas in the way, the one that frees last decides when a retry can succeed.
      if v_retry is null or billing.window_end(w.period, w.window_start) > v_retry then
        v_retry := billing.window_end(w.period, w.window_start);
        v_limiting := w.quota_id;
      end if;
    elsif v_retry is null and v_this_cap < v_cap then
      v_limiting := w.quota_id;
    end if;
    v_cap := least(v_cap, v_this_cap);
    v_holds := v_holds || row(p_request, w.quota_id, w.window_start, v_base, v_per_token)::billing.llm_request_hold;
  end loop;

  if not v_prepaid then outcome := 'no_quota'; return; end if;
  limiting_quota := v_limiting;
  if v_retry is not null then
    outcome := 'denied';
    retry_at := nullif(v_retry, 'infinity');
    return;
  end if;

  insert into billing.llm_requests
      (request_id, user_id, model_id, worker, prompt_tokens, completion_cap, price_in, price_out, lease_until)
    values (p_request, p_user, p_model, p_worker, p_prompt, v_cap, p_price_in, p_price_out, v_now + p_lease)
    on conflict do nothing;
  -- Of two simultaneous reservations of one request the second ends here, before it has held anything.
  if not found then outcome := 'duplicate'; limiting_quota := null; return; end if;
  insert into billing.llm_request_hold select h.* from unnest(v_holds) h;
  update billing.quota_window qw set reserved = qw.reserved + h.base + h.per_token * v_cap
    from unnest(v_holds) h where qw.quota_id = h.quota_id and qw.window_start = h.window_start;
  outcome := 'granted';
  completion_cap := v_cap;
end
$$;

-- Records that p_completion tokens exist and renews the lease; only after `ok` may they be delivered.
--   lost      the request is closed, or another worker's
--   inactive  the account was suspended: deliver nothing more, and settle
create function billing.heartbeat(p_request uuid, p_worker text, p_completion bigint, p_lease interval) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_completion >= 0 and p_lease > interval '0') is not true then
    raise exception 'a heartbeat of % tokens is not valid', p_completion using errcode = 'invalid_parameter_value';
  end if;
  -- More than was reserved breaks within_cap: tokens that nobody pays for are never acknowledged.
  update billing.llm_requests r
    set completion_tokens = greatest(r.completion_tokens, p_completion), lease_until = clock_timestamp() + p_lease
    from users.accounts a
    where r.request_id = p_request and r.worker = p_worker and r.state = 'open'
      and a.id = r.user_id and a.status = 'ACTIVE';
  if found then return 'ok'; end if;
  if exists (select from billing.llm_requests r
    where r.request_id = p_request and r.worker = p_worker and r.state = 'open') then
    return 'inactive';
  end if;
  return 'lost';
end
$$;

-- Charges and closes an open request, once; answers the state that it ends in, `unknown` for no such request.
create function billing.close_request(p_request uuid, p_completion bigint, p_outcome text, p_charge_prompt boolean)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_request billing.llm_requests;
  v_completion bigint;
  v_charged boolean;
  v_prompt bigint;
begin
  select * into v_request from billing.llm_requests r where r.request_id = p_request for no key update;
  if not found then return 'unknown'; end if;
  if v_request.state <> 'open' then return v_request.state; end if;
  -- Never less than was recorded, which may have been delivered; never more than was held.
  v_completion := least(greatest(v_request.completion_tokens, p_completion), v_request.completion_cap);
  v_charged := p_charge_prompt or v_completion > 0;
  v_prompt := case when v_charged then v_request.prompt_tokens else 0 end;

  update billing.llm_requests r
    set state = p_outcome, completion_tokens = v_completion, closed_at = clock_timestamp()
    where r.request_id = p_request;
  insert into billing.token_usage
      (request_id, user_id, model_id, prompt_tokens, completion_tokens, cost_microcredits, outcome)
    values (p_request, v_request.user_id, v_request.model_id, v_prompt, v_completion,
      v_prompt * v_request.price_in + v_completion * v_request.price_out, p_outcome);
  perform from billing.quota_window qw
    join billing.llm_request_hold h on h.quota_id = qw.quota_id and h.window_start = qw.window_start
    where h.request_id = p_request
    order by qw.quota_id
    for no key update of qw;
  update billing.quota_window qw
    set reserved = qw.reserved - (h.base + h.per_token * v_request.completion_cap),
      spent = qw.spent + case when v_charged then h.base else 0 end + h.per_token * v_completion
    from billing.llm_request_hold h
    where h.request_id = p_request and qw.quota_id = h.quota_id and qw.window_start = h.window_start;
  return p_outcome;
end
$$;

-- Ends a request. p_charge_prompt false: a failure before the first token costs nothing. Repeating it changes nothing.
create function billing.settle(p_request uuid, p_completion bigint, p_outcome text, p_charge_prompt boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_completion >= 0 and p_outcome in ('settled', 'cancelled', 'failed') and p_charge_prompt is not null) is not true then
    raise exception 'a settlement of % tokens as % is not valid', p_completion, p_outcome
      using errcode = 'invalid_parameter_value';
  end if;
  return billing.close_request(p_request, p_completion, p_outcome, p_charge_prompt);
end
$$;

-- Closes one request whose worker has let its lease run out, at what it last recorded; answers its id, or null. One
-- that had recorded no token costs nothing: its worker died before it said a word.
create function billing.reap() returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_request uuid;
begin
  select r.request_id into v_request from billing.llm_requests r
    where r.state = 'open' and r.lease_until < clock_timestamp()
    order by r.lease_until limit 1
    for no key update skip locked;
  if found then perform billing.close_request(v_request, 0, 'expired', false); end if;
  return v_request;
end
$$;

-- Adds to a user's prepaid tokens, opening the balance with the first grant (of 0, perhaps); answers all that was
-- granted. The sum stays within 2^31 - 1, the largest Int of the graph: beyond it nothing changes and the answer is null.
create function billing.grant_tokens(p_user uuid, p_tokens bigint, p_reason text, p_by uuid) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_quota bigint;
  v_granted bigint;
begin
  if (p_tokens between 0 and 2147483647) is not true then
    raise exception 'a grant of % tokens is not valid', p_tokens using errcode = 'invalid_parameter_value';
  end if;
  if not exists (select from users.accounts a where a.id = p_user) then
    raise exception 'there is no account %', p_user using errcode = 'no_data_found';
  end if;
  insert into billing.quota as q (subject, model_id, unit, period, limit_units)
    values ('user:' || p_user, null, 'tokens', 'total', p_tokens)
    on conflict (subject, model_id, unit, period) do update set limit_units = q.limit_units + excluded.limit_units
      where q.limit_units + excluded.limit_units <= 2147483647
    returning q.id, q.limit_units into v_quota, v_granted;
  if not found then return null; end if;
  insert into billing.quota_window as w (quota_id, window_start, limit_units) values (v_quota, '-infinity', v_granted)
    on conflict (quota_id, window_start) do update set limit_units = excluded.limit_units;
  if p_tokens > 0 then
    insert into billing.grants (user_id, tokens, reason, by) values (p_user, p_tokens, p_reason, p_by);
  end if;
  return v_granted;
end
$$;

-- A user's prepaid tokens; zeros for one who was never granted any.
create function billing.balance(p_user uuid, out granted bigint, out reserved bigint, out spent bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(sum(w.limit_units), 0)::bigint, coalesce(sum(w.reserved), 0)::bigint, coalesce(sum(w.spent), 0)::bigint
  from billing.quota q join billing.quota_window w on w.quota_id = q.id and w.window_start = '-infinity'
  where q.subject = 'user:' || p_user and q.model_id is null and q.unit = 'tokens' and q.period = 'total'
$$;

revoke all on all functions in schema billing from public;
grant execute on function
  billing.reserve(uuid, text, uuid, text, bigint, bigint, bigint, bigint, bigint, interval),
  billing.heartbeat(uuid, text, bigint, interval),
  billing.settle(uuid, bigint, text, boolean)
  to devstudio_models;
grant execute on function
  billing.reap(),
  billing.grant_tokens(uuid, bigint, text, uuid),
  billing.balance(uuid)
  to devstudio_users;
