-- Up Migration

-- Forecasts of use and scores of what is unusual about it: on built-in SQL everywhere, and on PostgresML (extension pgml)
-- where it is installed. Nothing below names a thing of pgml but in text that is EXECUTEd, so no database needs it; every
-- answer says which engine it is of. Days are UTC's, and the callers say which one is today.

create schema ml;
grant usage on schema ml to devstudio_users;

create function ml.engine() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select case when exists (select from pg_extension e where e.extname = 'pgml') then 'pgml' else 'builtin' end
$$;

create table ml.training (
  one boolean primary key default true check (one),
  tried_at timestamptz not null,
  trained_at timestamptz -- null: never with success
);
comment on table ml.training is 'When pgml was last trained here; empty without it.';

create function ml.capabilities(out engine text, out pgml_version text, out trained_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select ml.engine(), (select e.extversion from pg_extension e where e.extname = 'pgml'),
    (select t.trained_at from ml.training t)
$$;

-- Tokens of each of the p_days days before p_until, oldest first, zeros included, none before the user's first use.
create function ml.user_days(p_user uuid, p_until date, p_days int) returns table (day date, tokens bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with used as (
    select (u.at at time zone 'UTC')::date as day, sum(u.total_tokens)::bigint as tokens from billing.token_usage u
    where u.user_id = p_user and u.at >= (p_until - p_days)::timestamp at time zone 'UTC'
      and u.at < p_until::timestamp at time zone 'UTC'
    group by 1
  ), known as (
    select (min(u.at) at time zone 'UTC')::date as since from billing.token_usage u where u.user_id = p_user
  )
  select d::date, coalesce(used.tokens, 0)
  from known cross join generate_series(greatest(known.since, p_until - p_days)::timestamp, p_until - 1, '1 day') d
  left join used on used.day = d::date
  where known.since is not null -- greatest passes over a null
  order by 1
$$;

-- The same of a key, none before it was made.
create function ml.key_days(p_key uuid, p_until date, p_days int) returns table (day date, tokens bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with used as (
    select (u.at at time zone 'UTC')::date as day, sum(u.total_tokens)::bigint as tokens from billing.token_usage u
    where u.key_id = p_key and u.at >= (p_until - p_days)::timestamp at time zone 'UTC'
      and u.at < p_until::timestamp at time zone 'UTC'
    group by 1
  ), known as (
    select (k.created_at at time zone 'UTC')::date as since from users.api_keys k where k.id = p_key
  )
  select d::date, coalesce(used.tokens, 0)
  from known cross join generate_series(greatest(known.since, p_until - p_days)::timestamp, p_until - 1, '1 day') d
  left join used on used.day = d::date
  order by 1
$$;

-- The built-in forecast of the p_days days after p_today: a straight line through the working days of the last eight
-- weeks, and on Saturdays and Sundays what those lie above or below it on average. With less than 14 days of history
-- (history_days) that would be drawn from accidents: then each day is the average of what there is.
create function ml.forecast_builtin(p_user uuid, p_today date, p_days int, out history_days int, out tokens bigint[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with days as (
    select d.day - p_today as t, extract(isodow from d.day) > 5 as weekend, d.tokens::float8 as tokens
    from ml.user_days(p_user, p_today, 56) d
  ), known as (
    select count(*)::int as n, coalesce(avg(d.tokens), 0) as mean from days d
  ), trend as (
    select regr_slope(d.tokens, d.t) as slope, regr_intercept(d.tokens, d.t) as base from days d where not d.weekend
  ), weekends as (
    select coalesce(avg(d.tokens - (trend.slope * d.t + trend.base)), 0) as more from days d cross join trend
    where d.weekend
  )
  select known.n, (
    select array_agg(round(greatest(0, case when known.n < 14 then known.mean else trend.slope * i + trend.base
      + case when extract(isodow from p_today + i) > 5 then weekends.more else 0 end end))::bigint order by i)
    from generate_series(1, p_days) i
  ) from known cross join trend cross join weekends
$$;

-- What pgml learns from: for every user, how a day's tokens follow from those before it. Nobody is named in it, and the
-- order of the columns is that of the features given to pgml.predict.
create view ml.usage_features as
  with used as (
    select u.user_id, (u.at at time zone 'UTC')::date as day, sum(u.total_tokens)::real as tokens
    from billing.token_usage u
    where u.at >= date_trunc('day', now(), 'UTC') - interval '180 days' and u.at < date_trunc('day', now(), 'UTC')
    group by 1, 2
  ), days as (
    select s.user_id, d::date as day, coalesce(used.tokens, 0) as tokens
    from (select user_id, min(day) as since from used group by user_id) s
    cross join lateral generate_series(s.since::timestamp, (now() at time zone 'UTC')::date - 1, '1 day') d
    left join used on used.user_id = s.user_id and used.day = d::date
  ), lagged as (
    select day, tokens, row_number() over past as n, lag(tokens, 7) over past as same_weekday,
      avg(tokens) over (past rows between 7 preceding and 1 preceding) as week_mean,
      avg(tokens) over (past rows between 28 preceding and 1 preceding) as month_mean
    from days window past as (partition by user_id order by day)
  )
  select same_weekday, week_mean::real as week_mean, month_mean::real as month_mean,
    case when extract(isodow from day) > 5 then 1 else 0 end::real as weekend, tokens
  from lagged where n > 28 order by day;

-- pgml's word on the day that follows these 28, oldest first. Any error of it is the caller's to catch.
create function ml.predict(p_days float8[], p_day date) returns float8
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tokens float8;
begin
  execute 'select pgml.predict($1, $2)::float8' into v_tokens using 'devstudio_usage', array[
    p_days[22],
    (select avg(d) from unnest(p_days[22:28]) d),
    (select avg(d) from unnest(p_days) d),
    case when extract(isodow from p_day) > 5 then 1 else 0 end]::real[];
  -- The comparison is false for a null and for NaN, which is greater than any number.
  if (v_tokens between -1e15 and 1e15) is not true then
    raise exception 'pgml predicted % tokens', v_tokens using errcode = 'numeric_value_out_of_range';
  end if;
  return greatest(0, v_tokens);
end
$$;

-- Each day is predicted from those before it, today first, which has not ended yet.
create function ml.forecast_pgml(p_history bigint[], p_today date, p_days int) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_days float8[] := p_history;
  v_tokens bigint[] := '{}';
begin
  for i in 0 .. p_days loop
    v_days := v_days[2:28] || ml.predict(v_days, p_today + i);
    if i > 0 then v_tokens := v_tokens || round(v_days[28])::bigint; end if;
  end loop;
  return v_tokens;
end
$$;

-- The tokens that a user is likely to use on each of the p_days days after p_today. note: why the built-in engine answered
-- although pgml is installed.
create function ml.forecast(p_user uuid, p_today date, p_days int,
  out engine text, out note text, out history_days int, out tokens bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_history bigint[];
begin
  if (p_days between 1 and 366) is not true then
    raise exception 'a forecast of % days is not valid', p_days using errcode = 'invalid_parameter_value';
  end if;
  if ml.engine() = 'pgml' then
    v_history := array(select d.tokens from ml.user_days(p_user, p_today, 28) d);
    if not exists (select from ml.training t where t.trained_at is not null) then
      note := 'PostgresML is not trained yet.';
    elsif cardinality(v_history) < 28 then
      note := 'PostgresML needs 28 days of history.';
    else
      begin
        tokens := ml.forecast_pgml(v_history, p_today, p_days);
        engine := 'pgml';
        history_days := cardinality(v_history);
        return;
      exception when others then
        raise warning 'pgml failed: %', sqlerrm;
        note := 'PostgresML failed (SQLSTATE ' || sqlstate || ').';
      end;
    end if;
  end if;
  engine := 'builtin';
  select f.history_days, f.tokens into history_days, tokens from ml.forecast_builtin(p_user, p_today, p_days) f;
end
$$;

-- How unusual a key's tokens of a day are: how many times the spread of the 28 days before it they lie above the usual.
-- The usual is the median of those days, or what pgml predicts from them; the spread is their median absolute deviation
-- (times 1.4826, a standard deviation of normal use), but at least a tenth of the usual and 1000 tokens, so that neither
-- steady nor idle keys alarm over little. A key with less than 14 days before that one has no score.
create function ml.anomaly_score(p_key uuid, p_day date,
  out engine text, out note text, out tokens bigint, out usual bigint, out score float8)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_history bigint[] := array(select d.tokens from ml.key_days(p_key, p_day, 28) d);
  v_usual float8;
  v_deviation float8;
begin
  if cardinality(v_history) < 14 then return; end if;
  engine := 'builtin';
  select percentile_cont(0.5) within group (order by h) into v_usual from unnest(v_history) h;
  select percentile_cont(0.5) within group (order by abs(h - v_usual)) into v_deviation from unnest(v_history) h;
  if ml.engine() = 'pgml' then
    if not exists (select from ml.training t where t.trained_at is not null) then
      note := 'PostgresML is not trained yet.';
    elsif cardinality(v_history) < 28 then
      note := 'PostgresML needs 28 days of history.';
    else
      begin
        v_usual := ml.predict(v_history, p_day);
        engine := 'pgml';
      exception when others then
        raise warning 'pgml failed: %', sqlerrm;
        note := 'PostgresML failed (SQLSTATE ' || sqlstate || ').';
      end;
    end if;
  end if;
  select coalesce(sum(d.tokens), 0) into tokens from ml.key_days(p_key, p_day + 1, 1) d;
  usual := round(v_usual);
  score := (tokens - v_usual) / greatest(1.4826 * v_deviation, v_usual / 10, 1000);
end
$$;

-- The keys in force that were used more than usual today or the day before, each by the day that departs more, the most
-- unusual first. Today has not ended: what is unusual about it already will not become less so.
create function ml.usage_anomalies(p_today date, p_first int)
returns table (key_id uuid, day date, engine text, note text, tokens bigint, usual bigint, score float8)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select a.* from (
    select distinct on (k.id) k.id, d.day, s.*
    from users.api_keys k
    cross join (values (p_today), (p_today - 1)) d(day)
    cross join lateral ml.anomaly_score(k.id, d.day) s
    where k.revoked_at is null and s.score > 0
      and k.id in (select u.key_id from billing.token_usage u
        where u.key_id is not null and u.at >= (p_today - 1)::timestamp at time zone 'UTC')
    order by k.id, s.score desc
  ) a
  order by a.score desc, a.id limit p_first
$$;

-- Trains pgml on what was used so far, at most once a day, whoever calls it.
--   builtin     there is no pgml, and so nothing to train
--   not due     it was tried within the last 20 hours, or somebody else is at it
--   too little  less than 56 days of users to learn from
--   trained, failed
create function ml.train() returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if ml.engine() <> 'pgml' then return 'builtin'; end if;
  if not pg_try_advisory_xact_lock(6813015)
    or exists (select from ml.training t where t.tried_at > clock_timestamp() - interval '20 hours') then
    return 'not due';
  end if;
  if (select count(*) from (select from ml.usage_features limit 56) f) < 56 then return 'too little'; end if;
  insert into ml.training (tried_at) values (clock_timestamp())
    on conflict (one) do update set tried_at = excluded.tried_at;
  begin
    execute $pgml$
      select from pgml.train(project_name => 'devstudio_usage', task => 'regression',
        relation_name => 'ml.usage_features', y_column_name => 'tokens', algorithm => 'linear', test_sampling => 'last')
    $pgml$;
  exception when others then
    raise warning 'pgml could not be trained: %', sqlerrm;
    return 'failed';
  end;
  update ml.training set trained_at = clock_timestamp();
  return 'trained';
end
$$;

revoke all on all functions in schema ml from public;
grant execute on function
  ml.capabilities(),
  ml.forecast(uuid, date, int),
  ml.usage_anomalies(date, int),
  ml.train()
  to devstudio_users;
