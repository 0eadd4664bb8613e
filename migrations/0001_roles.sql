-- Up Migration

-- A role per service; each owns nothing outside its own schema. `devstudio migrate` gives them their passwords.
-- Roles belong to the whole server, so a database made later on the same server finds them there.
do $$
declare
  service text;
begin
  foreach service in array array['users', 'models', 'sandbox', 'agents'] loop
    if not exists (select from pg_roles where rolname = 'devstudio_' || service) then
      execute format('create role %I login', 'devstudio_' || service);
    end if;
  end loop;
end
$$;

create schema users;
create schema billing;
create schema models;
create schema sandbox;
create schema agents;

grant usage on schema users to devstudio_users;
grant usage on schema billing to devstudio_users, devstudio_models;
grant usage on schema models to devstudio_models;
grant usage on schema sandbox to devstudio_sandbox;
grant usage on schema agents to devstudio_agents;

-- Whoever may connect may not make tables of his own.
revoke create on schema public from public;

-- Nor fill the disk with temporary ones.
do $$
begin
  execute format('revoke temporary on database %I from public', current_database());
end
$$;
