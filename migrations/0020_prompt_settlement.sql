-- Up Migration
-- Requests that have a prompt and no completion, such as embeddings: charged is the part of the prompt that was read.

drop function billing.close_request(uuid, text, bigint, text, boolean);

-- As in 0008_quotas.sql, and p_prompt: how many of the reserved prompt tokens are charged, all of them where it is null.
create function billing.close_request(p_request uuid, p_worker text, p_completion bigint, p_outcome text,
  p_charge_prompt boolean, p_prompt bigint default null)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_request billing.llm_requests;
  v_completion bigint;
  v_charged boolean;
  v_prompt bigint;
begin
  select * into v_request from billing.llm_requests r where r.request_id = p_request for no key update;
  if not found then return 'unknown'; end if;
  if v_request.worker <> p_worker then return 'lost'; end if;
  if v_request.state <> 'open' then return v_request.state; end if;
  -- Never less than was recorded, which may have been delivered; never more than was held.
  v_completion := least(greatest(v_request.completion_tokens, p_completion), v_request.completion_cap);
  v_charged := p_charge_prompt or v_completion > 0;
  v_prompt := case when v_charged then least(v_request.prompt_tokens, p_prompt) else 0 end;
  -- A settlement that a crash forgets leaves the request to the reaper. Where that would charge the same, there is
  -- nothing to wait for the disk for, with the locks of the windows held.
  if v_completion = v_request.completion_tokens and v_charged = (v_completion > 0) then
    perform set_config('synchronous_commit', 'off', true);
  end if;

  update billing.llm_requests r
    set state = p_outcome, completion_tokens = v_completion, closed_at = clock_timestamp()
    where r.request_id = p_request;
  insert into billing.token_usage
      (request_id, user_id, key_id, model_id, prompt_tokens, completion_tokens, cost_microcredits, outcome)
    values (p_request, v_request.user_id, v_request.key_id, v_request.model_id, v_prompt, v_completion,
      v_prompt * v_request.price_in + v_completion * v_request.price_out, p_outcome);
  perform from billing.quota_window qw
    join unnest(v_request.holds) h on h.quota_id = qw.quota_id and h.window_start = qw.window_start
    order by qw.quota_id
    for no key update of qw;
  update billing.quota_window qw
    set reserved = qw.reserved - (h.base + h.per_token * v_request.completion_cap),
      spent = qw.spent + h.per_token * v_completion + case
        when not v_charged then 0
        when v_prompt = v_request.prompt_tokens then h.base
        else (select billing.units(q.unit, 1, v_prompt, 0, v_request.price_in, v_request.price_out)
          from billing.quota q where q.id = h.quota_id)
      end
    from unnest(v_request.holds) h
    where qw.quota_id = h.quota_id and qw.window_start = h.window_start;
  return p_outcome;
end
$$;

-- Ends a request of this worker that has no completion, and charges so many of its prompt tokens, at most those that it
-- holds; with none it costs nothing. Repeating it changes nothing.
create function billing.settle_prompt(p_request uuid, p_worker text, p_prompt bigint, p_outcome text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if (p_worker is not null and p_prompt >= 0 and p_outcome in ('settled', 'cancelled', 'failed')) is not true then
    raise exception 'a settlement of % prompt tokens as % is not valid', p_prompt, p_outcome
      using errcode = 'invalid_parameter_value';
  end if;
  return billing.close_request(p_request, p_worker, 0, p_outcome, p_prompt > 0, p_prompt);
end
$$;

revoke all on function
  billing.close_request(uuid, text, bigint, text, boolean, bigint),
  billing.settle_prompt(uuid, text, bigint, text)
  from public;
grant execute on function billing.settle_prompt(uuid, text, bigint, text) to devstudio_models;
