-- Up Migration

create schema audit;
grant usage on schema audit to devstudio_users, devstudio_models, devstudio_sandbox, devstudio_agents;

-- No e-mail address stands here: actors and targets are named by id, so that erasing a person's account leaves nothing
-- to change in rows that cannot be changed. There is no foreign key either: the log outlives what it tells of.
create table audit.events (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  action text not null check (action ~ '^[a-z][a-z0-9.-]{0,63}$'),
  actor_id uuid, -- null: nobody who had signed in, or the operator of the machine
  actor_credential text not null check (actor_credential in ('session', 'key', 'operator', 'none')),
  credential_id uuid,
  target_kind text check (length(target_kind) <= 64),
  target_id text check (length(target_id) <= 256),
  details jsonb not null check (jsonb_typeof(details) = 'object' and octet_length(details::text) <= 4096),
  address text check (length(address) <= 64),
  request_id text check (length(request_id) <= 128)
);
comment on table audit.events is 'Admin actions and security events: one row each, never changed.';
create index events_action on audit.events (action, id);
create index events_actor on audit.events (actor_id, id);
create index events_target on audit.events (target_id, id);

create function audit.refuse_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'P0403';
end
$$;
create trigger append_only before update or delete or truncate on audit.events
  for each statement execute function audit.refuse_change();

-- Ids are drawn in one order and committed in another. Whoever records holds, until its transaction ends, a shared lock
-- on the last id that was drawn before its own; all that follows that id may still be on its way.
create function audit.record(
  p_action text, p_actor uuid, p_credential text, p_credential_id uuid,
  p_target_kind text, p_target_id text, p_details jsonb, p_address text, p_request text
) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_before bigint;
begin
  select case when is_called then last_value else 0 end into v_before from audit.events_id_seq;
  -- Bit 62 sets these locks apart from any other advisory lock.
  perform pg_advisory_xact_lock_shared((1::bigint << 62) | v_before);
  insert into audit.events
    (action, actor_id, actor_credential, credential_id, target_kind, target_id, details, address, request_id)
  values (p_action, p_actor, p_credential, p_credential_id, p_target_kind, p_target_id, p_details, p_address, p_request);
end
$$;

-- The id up to which the log is complete: no event will appear at or under it any more. The rows are to be read by a
-- later statement, since one that began before would not see those that were committed meanwhile.
create function audit.settled() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_drawn bigint;
  v_open bigint;
begin
  -- In this order: whoever had drawn an id by now, held its lock before, and holds it still or has ended.
  select case when is_called then last_value else 0 end into v_drawn from audit.events_id_seq;
  select min(((classid::bigint << 32) | objid::bigint) - (1::bigint << 62)) into v_open
  from pg_locks
  where locktype = 'advisory' and objsubid = 1 and classid::bigint >> 30 = 1
    and database = (select oid from pg_database where datname = current_database());
  return least(v_drawn, v_open);
end
$$;

-- What strangers can cause is counted by source and minute; only the first of a minute are recorded one by one.
create table audit.throttle (
  action text not null,
  source text not null check (length(source) <= 64),
  minute timestamptz not null,
  seen integer not null,
  primary key (action, source, minute)
);

revoke all on all functions in schema audit from public;
grant execute on function audit.record to devstudio_users, devstudio_models, devstudio_sandbox, devstudio_agents;
grant execute on function audit.settled to devstudio_users;
grant select on audit.events to devstudio_users;
grant select, insert, update, delete on audit.throttle to devstudio_users;
