-- Up Migration

grant update (role, status, password_hash) on users.accounts to devstudio_users;

-- A spent token is kept to see its second use; past its own end it answers nothing but that it has expired.
create index refresh_tokens_expiry on users.refresh_tokens (expires_at);
grant delete on users.refresh_tokens to devstudio_users;

alter table users.sessions drop constraint sessions_reason_check;
alter table users.sessions add constraint sessions_reason_check
  check (reason in ('logout', 'refresh token reused', 'account suspended', 'password changed'));

-- A quota that is taken away stays as one without a limit: its windows go on counting, so that a limit set again in the
-- same month finds what was used, and running requests find the windows that they hold. `least` of billing.reserve and
-- never_overspent both pass over a null.
alter table billing.quota alter column limit_units drop not null;
alter table billing.quota_window alter column limit_units drop not null;
comment on column billing.quota.limit_units is 'null: no limit, use is only counted';

-- Sets what a user may use in a calendar month (UTC) of all models together; null takes the limit away. The month that
-- runs keeps what is spent or held already, so a lower limit ends no request; the next month begins with the new one.
-- A first limit counts what was billed this month before it; requests that run at that moment are not part of it.
create function billing.set_monthly_limit(p_user uuid, p_tokens bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_start constant timestamptz := billing.window_of('month', clock_timestamp());
  v_quota bigint;
  v_spent bigint;
begin
  if p_tokens not between 0 and 2147483647 then
    raise exception 'a monthly limit of % tokens is not valid', p_tokens using errcode = 'invalid_parameter_value';
  end if;
  insert into billing.quota as q (subject, model_id, unit, period, limit_units)
    values ('user:' || p_user, null, 'tokens', 'month', p_tokens)
    on conflict (subject, model_id, unit, period) do update set limit_units = excluded.limit_units
    returning q.id into v_quota;
  select coalesce(sum(u.total_tokens), 0) into v_spent
    from billing.token_usage u where u.user_id = p_user and u.at >= v_start;
  insert into billing.quota_window as w (quota_id, window_start, limit_units, spent)
    values (v_quota, v_start, case when p_tokens is not null then greatest(p_tokens, v_spent) end, v_spent)
    on conflict (quota_id, window_start) do update
      set limit_units = case when p_tokens is not null then greatest(p_tokens, w.spent + w.reserved) end;
end
$$;

-- The monthly limit as it was set; null for none.
create function billing.monthly_limit(p_user uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select q.limit_units from billing.quota q
  where q.subject = 'user:' || p_user and q.model_id is null and q.unit = 'tokens' and q.period = 'month'
$$;

revoke all on function billing.set_monthly_limit(uuid, bigint), billing.monthly_limit(uuid) from public;
grant execute on function billing.set_monthly_limit(uuid, bigint), billing.monthly_limit(uuid) to devstudio_users;
