-- Up Migration

create table agents.conversations (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  title text not null check (char_length(title) between 1 and 200),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  -- Counted here so that an append decides its place and the bounds under one row lock, without a scan.
  message_count integer not null default 0 check (message_count between 0 and 2000),
  content_bytes integer not null default 0 check (content_bytes between 0 and 8388608)
);

create index conversations_by_owner on agents.conversations (owner_id, updated_at desc);

create table agents.messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references agents.conversations on delete cascade,
  -- 1, 2, 3 … in the order of the conversation.
  position integer not null check (position > 0),
  role text not null check (role in ('USER', 'ASSISTANT')),
  content text not null check (char_length(content) <= 65536),
  created_at timestamptz not null default clock_timestamp(),
  unique (conversation_id, position)
);

-- Messages are never changed; they go with their conversation.
grant select, insert, delete, update (updated_at, message_count, content_bytes) on agents.conversations to devstudio_agents;
grant select, insert on agents.messages to devstudio_agents;
