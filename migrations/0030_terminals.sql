-- Up Migration

-- Which sessions and keys are in force, so that what runs for one ends with it; the sandbox sees nothing else of them.
create function sandbox.credentials_in_force(p_ids uuid[]) returns table (id uuid, role text, scopes text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.id, a.role, c.scopes
  from (
    select s.id, s.user_id, null::text[] as scopes from users.sessions s
    where s.id = any(p_ids) and s.revoked_at is null and s.expires_at > clock_timestamp()
    union all
    select k.id, k.user_id, k.scopes from users.api_keys k
    where k.id = any(p_ids) and k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())
  ) c
  join users.accounts a on a.id = c.user_id
  where a.status = 'ACTIVE'
$$;

revoke all on function sandbox.credentials_in_force(uuid[]) from public;
grant execute on function sandbox.credentials_in_force(uuid[]) to devstudio_sandbox;
