-- Up Migration

-- Models that servers elsewhere answer for.
create table models.backends (
  name text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
  kind text not null check (kind in ('CHAT', 'EMBEDDING')),
  model text not null check (length(model) between 1 and 256), -- as the servers call it
  urls text[] not null check (cardinality(urls) between 1 and 16),
  api_key bytea check (octet_length(api_key) <= 8192), -- sealed by the service; null: the servers want none
  context_size integer not null check (context_size between 64 and 16777216)
);
grant select, insert, delete on models.backends to devstudio_models;

-- Requests whose prompt is counted by another machine, which tells at the end: held is as much as there can be, and
-- charged is what there was, at most what is held.
create function billing.settle_measured(p_request uuid, p_worker text, p_prompt bigint, p_completion bigint,
  p_outcome text, p_charge_prompt boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_commit constant text := current_setting('synchronous_commit');
  v_state text;
begin
  if (p_worker is not null and p_prompt >= 0 and p_completion >= 0 and p_outcome in ('settled', 'cancelled', 'failed')
    and p_charge_prompt is not null) is not true then
    raise exception 'a settlement of % and % tokens as % is not valid', p_prompt, p_completion, p_outcome
      using errcode = 'invalid_parameter_value';
  end if;
  v_state := billing.close_request(p_request, p_worker, p_completion, p_outcome, p_charge_prompt, p_prompt);
  -- The reaper would charge all that is held of the prompt: what is settled here has to be on the disk.
  perform set_config('synchronous_commit', v_commit, true);
  return v_state;
end
$$;
revoke all on function billing.settle_measured(uuid, text, bigint, bigint, text, boolean) from public;
grant execute on function billing.settle_measured(uuid, text, bigint, bigint, text, boolean) to devstudio_models;
