-- Up Migration

-- Of each model: whether a request loads it (null: as the service decides), and whether it forgets the beginning of
-- conversations that are too long for it.
alter table models.settings
  add column on_demand boolean,
  add column context_shift boolean not null default false;
