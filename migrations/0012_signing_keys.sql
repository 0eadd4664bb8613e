-- Up Migration

-- next: published, so that verifiers know it before it signs. active: signs. retired: verifies what it signed.
alter table users.signing_keys drop constraint signing_keys_state_check;
alter table users.signing_keys add constraint signing_keys_state_check check (state in ('next', 'active', 'retired'));
create unique index signing_keys_one_next on users.signing_keys (state) where state = 'next';

alter table users.signing_keys add column activated_at timestamptz;
alter table users.signing_keys add column retired_at timestamptz;
update users.signing_keys set activated_at = created_at where state = 'active';
alter table users.signing_keys add constraint signing_keys_times check (
  (activated_at is null) = (state = 'next') and (retired_at is not null) = (state = 'retired'));

grant delete, update (state, activated_at, retired_at) on users.signing_keys to devstudio_users;
