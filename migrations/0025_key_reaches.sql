-- Up Migration

-- Whether a key is for a model, so that nothing is loaded or counted for one that is not;
-- one without a list is for all. Whether it is in force is up to billing.reserve.
create function billing.key_reaches(p_key uuid, p_model text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce((select p_model = any(k.models) from users.api_keys k where k.id = p_key), true)
$$;

revoke all on function billing.key_reaches(uuid, text) from public;
grant execute on function billing.key_reaches(uuid, text) to devstudio_models;
