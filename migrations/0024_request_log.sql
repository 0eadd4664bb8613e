-- Up Migration

-- One row a request to a model, written a moment after it is over.
create table models.requests (
  id bigint generated always as identity primary key,
  request_id uuid not null unique, -- as in the bill, where it came so far
  at timestamptz not null, -- when it was over, by the service's clock
  user_id uuid not null,
  key_id uuid, -- null: a session
  model text not null check (length(model) <= 128), -- as it was asked for, installed or not
  kind text not null check (kind in ('CHAT', 'COMPLETION', 'TEXTS')),
  outcome text not null check (outcome in ('COMPLETED', 'CANCELLED', 'FAILED', 'REFUSED')),
  error_code text check (length(error_code) <= 64),
  prompt_tokens integer not null check (prompt_tokens >= 0), -- charged
  completion_tokens integer not null check (completion_tokens >= 0),
  queued_ms integer check (queued_ms >= 0), -- until it had its place, its model loaded and its tokens held
  first_token_ms integer check (first_token_ms >= 0),
  total_ms integer not null check (total_ms >= 0),
  tokens_per_second real check (tokens_per_second >= 0),
  agent text check (length(agent) <= 256), -- the program that asked, as it calls itself
  prompt text check (octet_length(prompt) <= 16384), -- with answer: null unless an admin wants them kept
  answer text check (octet_length(answer) <= 16384)
);
create index requests_at on models.requests (at desc, id desc);
create index requests_user on models.requests (user_id, at desc, id desc);
create index requests_failed on models.requests (error_code, at desc, id desc) where error_code is not null;
create index requests_texts on models.requests (at) where prompt is not null;

-- Whether the texts of requests are kept, and for how long.
create table models.prompt_logging (
  one boolean primary key default true check (one),
  enabled boolean not null default false,
  days integer not null default 7 check (days between 1 and 365)
);
insert into models.prompt_logging default values;

-- Adds requests, those that are there already and those of people who have been erased left out. The lock is as in
-- erasure.refuse_owner: a row is there before the erasure, which then finds it, or is not made.
create function models.log_requests(p_rows jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from users.accounts a
    where a.id in (select (r ->> 'user_id')::uuid from jsonb_array_elements(p_rows) r)
    order by a.id for key share;
  insert into models.requests (request_id, at, user_id, key_id, model, kind, outcome, error_code, prompt_tokens,
      completion_tokens, queued_ms, first_token_ms, total_ms, tokens_per_second, agent, prompt, answer)
    select r.request_id, r.at, r.user_id, r.key_id, r.model, r.kind, r.outcome, r.error_code, r.prompt_tokens,
      r.completion_tokens, r.queued_ms, r.first_token_ms, r.total_ms, r.tokens_per_second, r.agent, r.prompt, r.answer
    from jsonb_to_recordset(p_rows) as r(request_id uuid, at timestamptz, user_id uuid, key_id uuid, model text,
      kind text, outcome text, error_code text, prompt_tokens integer, completion_tokens integer, queued_ms integer,
      first_token_ms integer, total_ms integer, tokens_per_second real, agent text, prompt text, answer text)
    where not exists (select from erasure.tasks t where t.user_id = r.user_id)
    on conflict (request_id) do nothing;
end
$$;
revoke all on function models.log_requests(jsonb) from public;
grant execute on function models.log_requests(jsonb) to devstudio_models;
-- An update takes texts out of the log, and nothing else.
grant select, delete, update (prompt, answer) on models.requests to devstudio_models;
grant select, update on models.prompt_logging to devstudio_models;

-- The models service has something to erase now.
grant usage on schema erasure to devstudio_models;
grant execute on function erasure.pending(), erasure.done(uuid) to devstudio_models;
alter table erasure.tasks drop constraint tasks_service_check;
alter table erasure.tasks add constraint tasks_service_check check (service in ('sandbox', 'agents', 'models'));

-- As in 0016_erasure.sql, and a task for the models service.
create or replace function users.erase_account(p_user uuid) returns boolean
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
  insert into erasure.tasks (user_id, service) values (p_user, 'sandbox'), (p_user, 'agents'), (p_user, 'models');
  return true;
end
$$;
