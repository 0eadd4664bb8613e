-- Up Migration

-- The prices of models that are for somebody, and of those that are for everybody.
create function billing.model_prices_for(p_user uuid, p_role text)
returns table (model_id text, price_in bigint, price_out bigint, since timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select m.model_id, m.price_in, m.price_out, m.since
  from billing.model_price m left join models.settings s on s.name = m.model_id
  where s.roles is null or p_role = any(s.roles) or p_user = any(s.users)
  order by m.model_id
$$;

revoke all on function billing.model_prices_for(uuid, text) from public;
grant execute on function billing.model_prices_for(uuid, text) to devstudio_users;
