-- Up Migration

-- Finds by key the requests that keep a key from being forgotten.
create index llm_requests_key on billing.llm_requests (key_id) where key_id is not null;

-- Forgets keys that nobody has ever used once they are out of force for 30 days, some hundreds at once. Those that were
-- used stay for ever: the bill names them.
create function users.forget_unused_keys() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_keys uuid[];
  v_subjects text[];
begin
  select array_agg(k.id) into v_keys from (
    select k.id from users.api_keys k
    where k.last_used_at is null and least(k.revoked_at, k.expires_at) < clock_timestamp() - interval '30 days'
      and not exists (select from billing.llm_requests r where r.key_id = k.id)
      and not exists (select from billing.token_usage u where u.key_id = k.id)
    limit 200 for update skip locked
  ) k;
  if v_keys is null then return; end if;
  select array_agg('key:' || id) into v_subjects from unnest(v_keys) id;
  delete from billing.quota_window w using billing.quota q where q.id = w.quota_id and q.subject = any(v_subjects);
  delete from billing.quota q where q.subject = any(v_subjects);
  delete from users.api_keys k where k.id = any(v_keys);
end
$$;

revoke all on function users.forget_unused_keys() from public;
grant execute on function users.forget_unused_keys() to devstudio_users;
