-- Up Migration

-- What was used and what it cost, and the ledger: grants and charges in one order. The service of users reads them
-- through these functions alone. Sums are bigint and numeric: nothing here is rounded.

-- Of everybody; one user's grants have an index, and so has the bill already.
create index grants_at on billing.grants (at);

-- What was used from p_from until before p_to, of one user, one key and one model where they are given.
-- The queries below are EXECUTEd so that each is planned for the filters that it was given.
create function billing.usage(p_from timestamptz, p_to timestamptz, p_user uuid, p_key uuid, p_model text,
  out requests bigint, out prompt_tokens numeric, out completion_tokens numeric, out cost_microcredits numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  execute $query$
    select count(*), coalesce(sum(u.prompt_tokens), 0), coalesce(sum(u.completion_tokens), 0),
      coalesce(sum(u.cost_microcredits), 0)
    from billing.token_usage u
    where u.at >= $1 and u.at < $2 and ($3 is null or u.user_id = $3) and ($4 is null or u.key_id = $4)
      and ($5 is null or u.model_id = $5)
  $query$ into requests, prompt_tokens, completion_tokens, cost_microcredits
    using p_from, p_to, p_user, p_key, p_model;
end
$$;

-- Use over time, oldest first, one row for each interval that the window touches, with zeros where nothing was used; the
-- first and the last count only what lies in the window. p_interval: hour, day or month, of UTC. p_group: none, model,
-- key or user; the p_groups groups that used most tokens in the window have rows, use without a key is the group null.
create function billing.usage_series(p_from timestamptz, p_to timestamptz, p_interval text, p_group text,
  p_user uuid, p_key uuid, p_model text, p_groups int)
returns table (at timestamptz, of_group text, requests bigint, prompt_tokens numeric, completion_tokens numeric,
  cost_microcredits numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_interval in ('hour', 'day', 'month') and p_group in ('none', 'model', 'key', 'user')) is not true then
    raise exception 'a series by % and % is not valid', p_interval, p_group using errcode = 'invalid_parameter_value';
  end if;
  return query execute $query$
    with used as (
      select date_trunc($3, u.at, 'UTC') as at,
        coalesce(case $4 when 'model' then u.model_id when 'key' then u.key_id::text when 'user' then u.user_id::text end,
          '') as name,
        count(*) as requests, sum(u.prompt_tokens) as prompt, sum(u.completion_tokens) as completion,
        sum(u.cost_microcredits) as cost
      from billing.token_usage u
      where u.at >= $1 and u.at < $2 and ($5 is null or u.user_id = $5) and ($6 is null or u.key_id = $6)
        and ($7 is null or u.model_id = $7)
      group by 1, 2
    ), shown as (
      (select o.name from used o where $4 <> 'none' group by o.name order by sum(o.prompt + o.completion) desc, o.name
        limit $8)
      union all select '' where $4 = 'none'
    ), points as (
      select p.at at time zone 'UTC' as at
      from generate_series(date_trunc($3, $1 at time zone 'UTC'), $2 at time zone 'UTC' - interval '1 microsecond',
        ('1 ' || $3)::interval) as p(at)
    )
    select p.at, nullif(s.name, ''), coalesce(o.requests, 0), coalesce(o.prompt, 0), coalesce(o.completion, 0),
      coalesce(o.cost, 0)
    from points p cross join shown s left join used o on o.at = p.at and o.name = s.name
    order by p.at, s.name
  $query$ using p_from, p_to, p_interval, p_group, p_user, p_key, p_model, p_groups;
end
$$;

-- Where an entry of billing.ledger stands in its order: newest first, and of two of one instant the charge first. at is
-- null when p_id is no entry, or none of p_user's where it is given.
create function billing.ledger_position(p_id text, p_user uuid, out at timestamptz, out charge uuid, out granted bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  charge := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  granted := 9223372036854775807;
  if p_id ~ '^charge-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    charge := substr(p_id, 8);
    select u.at into at from billing.token_usage u
      where u.request_id = charge and (p_user is null or u.user_id = p_user);
  elsif p_id ~ '^grant-[1-9][0-9]{0,17}$' then
    charge := '00000000-0000-0000-0000-000000000000';
    granted := substr(p_id, 7);
    select g.at into at from billing.grants g where g.id = granted and (p_user is null or g.user_id = p_user);
  end if;
end
$$;

-- Grants and charges, newest first: the p_first that follow the entry p_after, from the newest where it is null. With a
-- key or a model there are charges alone. What follows an id that is no entry of p_user's is nothing.
create function billing.ledger(p_from timestamptz, p_to timestamptz, p_user uuid, p_key uuid, p_model text,
  p_first int, p_after text)
returns table (id text, kind text, at timestamptz, user_id uuid, tokens bigint, cost_microcredits bigint,
  request_id uuid, model_id text, key_id uuid, prompt_tokens bigint, completion_tokens bigint, outcome text,
  reason text, granted_by uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_after record;
begin
  select p.* into v_after from billing.ledger_position(p_after, p_user) p;
  if p_after is null then v_after.at := 'infinity'; end if;
  return query execute $query$
    select e.* from (
      (select 'charge-' || u.request_id as id, 'CHARGE' as kind, u.at, u.user_id, -u.total_tokens, u.cost_microcredits,
        u.request_id, u.model_id, u.key_id, u.prompt_tokens, u.completion_tokens, u.outcome, null::text, null::uuid
      from billing.token_usage u
      where u.at >= $1 and u.at < $2 and ($3 is null or u.user_id = $3) and ($4 is null or u.key_id = $4)
        and ($5 is null or u.model_id = $5) and u.at <= $7 and (u.at, u.request_id) < ($7, $8)
      order by u.at desc, u.request_id desc limit $6)
      union all
      (select 'grant-' || g.id, 'GRANT', g.at, g.user_id, g.tokens, 0::bigint,
        null, null, null, null, null, null, g.reason, g.by
      from billing.grants g
      where g.at >= $1 and g.at < $2 and ($3 is null or g.user_id = $3) and $4 is null and $5 is null
        and g.at <= $7 and (g.at, g.id) < ($7, $9)
      order by g.at desc, g.id desc limit $6)
    ) e
    order by e.at desc, e.kind, e.request_id desc, length(e.id) desc, e.id desc limit $6
  $query$ using p_from, p_to, p_user, p_key, p_model, p_first, v_after.at, v_after.charge, v_after.granted;
end
$$;

revoke all on function
  billing.usage(timestamptz, timestamptz, uuid, uuid, text),
  billing.usage_series(timestamptz, timestamptz, text, text, uuid, uuid, text, int),
  billing.ledger_position(text, uuid),
  billing.ledger(timestamptz, timestamptz, uuid, uuid, text, int, text)
  from public;
grant execute on function
  billing.usage(timestamptz, timestamptz, uuid, uuid, text),
  billing.usage_series(timestamptz, timestamptz, text, text, uuid, uuid, text, int),
  billing.ledger_position(text, uuid),
  billing.ledger(timestamptz, timestamptz, uuid, uuid, text, int, text)
  to devstudio_users;
