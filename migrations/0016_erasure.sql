-- Up Migration

-- Erasing a person (GDPR art. 17). The users service erases its part at once and in one transaction; what the other
-- services keep is on a list that each works off. The schema is a contract between services, as `billing` is: whoever
-- asks is known by the role it has connected as, so that none sees or ticks off the work of another.
create schema erasure;
grant usage on schema erasure to devstudio_users, devstudio_sandbox, devstudio_agents;

create table erasure.tasks (
  user_id uuid not null references users.accounts,
  service text not null check (service in ('sandbox', 'agents')),
  requested_at timestamptz not null default clock_timestamp(),
  done_at timestamptz,
  primary key (user_id, service)
);
create index tasks_pending on erasure.tasks (service, requested_at) where done_at is null;
grant select on erasure.tasks to devstudio_users;

-- The users of whom the asking service has still to erase what it keeps, at most 100 at once.
create function erasure.pending() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select t.user_id from erasure.tasks t
  where 'devstudio_' || t.service = session_user and t.done_at is null
  order by t.requested_at limit 100
$$;

-- Says that the asking service keeps nothing about a user any more.
create function erasure.done(p_user uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update erasure.tasks t set done_at = clock_timestamp()
  where t.user_id = p_user and 'devstudio_' || t.service = session_user and t.done_at is null
$$;

-- Refuses what a request that was under way would still make for somebody who has been erased meanwhile. The lock lets
-- such a row be there before the erasure, which then finds it, or come after it and see it.
create function erasure.refuse_owner() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from users.accounts a where a.id = new.owner_id for key share;
  if exists (select from erasure.tasks t where t.user_id = new.owner_id) then
    raise exception 'the owner has been erased' using errcode = 'P0403';
  end if;
  return new;
end
$$;
create trigger owner_not_erased before insert on sandbox.projects
  for each row execute function erasure.refuse_owner();
create trigger owner_not_erased before insert on agents.conversations
  for each row execute function erasure.refuse_owner();

-- Removes a project of an erased person; the sandbox may remove no other.
create function erasure.forget_project(p_project uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from sandbox.projects p
  where p.id = p_project and exists (select from erasure.tasks t where t.user_id = p.owner_id)
$$;

-- The row stays, without the person: the ledger and the bill are under its id. It can never be let in again.
alter table users.accounts add column erased_at timestamptz;
alter table users.accounts add constraint erased_for_good check (erased_at is null or status = 'SUSPENDED');

-- The audit log stays append-only but for one thing: what points to an erased person may be blanked.
create function audit.refuse_all_but_blanking() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_kept audit.events := new;
begin
  v_kept.address := old.address;
  v_kept.details := old.details;
  if v_kept is distinct from old or coalesce(new.address <> old.address, new.address is not null and old.address is null)
    or new.details not in (old.details, old.details - 'name') then
    raise exception '% is append-only', tg_table_name using errcode = 'P0403';
  end if;
  return new;
end
$$;
drop trigger append_only on audit.events;
create trigger append_only before delete or truncate on audit.events
  for each statement execute function audit.refuse_change();
create trigger append_only_but_for_erasure before update on audit.events
  for each row execute function audit.refuse_all_but_blanking();

-- The ledger likewise: the reason of a grant is free text, which may name whom it was for.
create function billing.refuse_all_but_blanking() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_kept billing.grants := new;
begin
  v_kept.reason := old.reason;
  if v_kept is distinct from old or new.reason is not null then
    raise exception '% is append-only', tg_table_name using errcode = 'P0403';
  end if;
  return new;
end
$$;
drop trigger append_only on billing.grants;
create trigger append_only before delete or truncate on billing.grants
  for each statement execute function billing.refuse_change();
create trigger append_only_but_for_erasure before update on billing.grants
  for each row execute function billing.refuse_all_but_blanking();

-- Nothing is granted to somebody who has been erased, and no limit is set. The lock is as in refuse_owner.
create function erasure.refuse_subject() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_erased timestamptz;
begin
  select a.erased_at into v_erased from users.accounts a
    where a.id = coalesce(substring(new.subject from '^user:(.*)$')::uuid,
      (select k.user_id from users.api_keys k where k.id = substring(new.subject from '^key:(.*)$')::uuid))
    for key share;
  if v_erased is not null then
    raise exception 'there is no %', new.subject using errcode = 'no_data_found';
  end if;
  return new;
end
$$;
create trigger subject_not_erased before insert or update of limit_units on billing.quota
  for each row when (new.limit_units is not null) execute function erasure.refuse_subject();

-- Takes the person out of an account for good, and lists what the other services have to erase: the part that the role
-- of the users service may not do by itself. False when there is no such account, or it was erased before.
create function users.erase_account(p_user uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- The strongest lock: erasure.refuse_owner waits for it.
  perform from users.accounts a where a.id = p_user and a.erased_at is null for update;
  if not found then return false; end if;
  update users.accounts a set
    email = 'erased-' || left(replace(gen_random_uuid()::text, '-', ''), 16) || '@erased.invalid',
    password_hash = '-', -- the hash of nothing
    status = 'SUSPENDED',
    erased_at = clock_timestamp()
    where a.id = p_user;
  -- The bill names the keys, so they stay as ids.
  update users.api_keys k set name = 'erased', prefix = '', models = null,
      revoked_at = coalesce(k.revoked_at, clock_timestamp())
    where k.user_id = p_user;
  update audit.events e set address = null
    where e.address is not null and (e.actor_id = p_user or (e.actor_id is null and e.target_id = p_user::text));
  update audit.events e set details = e.details - 'name'
    where e.target_kind = 'key' and e.details ? 'name'
      and e.target_id in (select k.id::text from users.api_keys k where k.user_id = p_user);
  update billing.grants g set reason = null where g.user_id = p_user and g.reason is not null;
  insert into erasure.tasks (user_id, service) values (p_user, 'sandbox'), (p_user, 'agents');
  return true;
end
$$;

revoke all on function users.erase_account(uuid), erasure.pending(), erasure.done(uuid), erasure.refuse_owner(), erasure.refuse_subject(),
  erasure.forget_project(uuid), audit.refuse_all_but_blanking(), billing.refuse_all_but_blanking() from public;
grant execute on function users.erase_account(uuid) to devstudio_users;
grant execute on function erasure.pending(), erasure.done(uuid) to devstudio_sandbox, devstudio_agents;
grant execute on function erasure.forget_project(uuid) to devstudio_sandbox;
