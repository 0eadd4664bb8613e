-- Up Migration

-- Who an account is at an identity provider. The subject is what the provider never gives to somebody else; an e-mail
-- address it may.
create table users.oidc_identities (
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  user_id uuid not null references users.accounts on delete cascade,
  linked_at timestamptz not null default clock_timestamp(),
  primary key (issuer, subject),
  unique (user_id, issuer)
);

-- Sign-ins that are under way at the provider. Each is for the browser that holds the ticket, and for one use.
create table users.oidc_sign_ins (
  ticket_hash bytea primary key check (octet_length(ticket_hash) = 32), -- SHA-256 of 256 random bits
  sealed bytea not null, -- state, nonce and code verifier; AES-256-GCM: nonce (12), tag (16), ciphertext
  network text not null, -- whose sign-ins are counted together: the /24 of an IPv4 address, the /48 of an IPv6 one
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
create index oidc_sign_ins_network on users.oidc_sign_ins (network, created_at);
create index oidc_sign_ins_expiry on users.oidc_sign_ins (expires_at);

grant select, insert, delete on users.oidc_identities, users.oidc_sign_ins to devstudio_users;
-- A row is locked before it is purged, which asks for the right to change some column of it.
grant update (expires_at) on users.oidc_sign_ins to devstudio_users;
