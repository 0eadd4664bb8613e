import { sql } from 'slonik';
import { z } from 'zod';
import type { Queries } from '#mesh/database/pool.ts';

/** Of lists that grow: the newest so many, so that all together stay within what the gateway takes in. */
const MOST = 1_000;

/** All that the users service keeps about a person, secrets and hashes aside; null when there is no such account. */
export const findPersonalData = (db: Queries, userId: string): Promise<unknown> =>
  db.maybeOneFirst(sql.type(z.object({ data: z.record(z.string(), z.unknown()) }))`
    select jsonb_build_object(
      'account', jsonb_build_object('id', a.id, 'email', a.email, 'role', a.role, 'status', a.status,
        'createdAt', a.created_at, 'erasedAt', a.erased_at),
      'sessions', coalesce((
        select jsonb_agg(jsonb_build_object('id', s.id, 'createdAt', s.created_at, 'lastSeenAt', s.last_seen_at,
          'expiresAt', s.expires_at, 'revokedAt', s.revoked_at, 'reason', s.reason, 'address', s.address,
          'userAgent', s.user_agent))
        from (select * from users.sessions where user_id = a.id order by created_at desc limit ${MOST}) s), '[]'),
      'devices', coalesce((
        select jsonb_agg(jsonb_build_object('origin', d.origin, 'createdAt', d.created_at,
          'lastUsedAt', d.last_used_at, 'expiresAt', d.expires_at))
        from users.devices d where d.user_id = a.id), '[]'),
      'apiKeys', coalesce((
        select jsonb_agg(jsonb_build_object('id', k.id, 'name', k.name, 'prefix', k.prefix, 'models', k.models,
          'scopes', k.scopes, 'createdAt', k.created_at, 'expiresAt', k.expires_at, 'lastUsedAt', k.last_used_at,
          'revokedAt', k.revoked_at))
        from (select * from users.api_keys where user_id = a.id order by created_at desc limit ${MOST}) k), '[]'),
      'secondFactor', (
        select jsonb_build_object('createdAt', f.created_at, 'confirmedAt', f.confirmed_at)
        from users.second_factors f where f.user_id = a.id),
      'identities', coalesce((
        select jsonb_agg(jsonb_build_object('issuer', i.issuer, 'subject', i.subject, 'linkedAt', i.linked_at))
        from users.oidc_identities i where i.user_id = a.id), '[]'),
      'passwordResets', coalesce((
        select jsonb_agg(jsonb_build_object('createdAt', r.created_at, 'mailed', r.mailed, 'endedAt', r.ended_at))
        from (select * from users.password_resets where user_id = a.id order by created_at desc limit ${MOST}) r), '[]'),
      'quotas', coalesce((
        select jsonb_agg(jsonb_build_object('model', q.model_id, 'unit', q.unit, 'period', q.period,
          'limit', q.limit_units, 'spent', q.spent, 'reserved', q.reserved))
        from billing.quotas(array['user:' || a.id]) q), '[]'),
      -- What others did to the account is told without their ids and addresses.
      'events', coalesce((
        select jsonb_agg(jsonb_build_object('at', e.at, 'action', e.action, 'details', e.details,
          'byYou', e.actor_id is not distinct from a.id,
          'address', case when e.actor_id = a.id then e.address end) order by e.id desc)
        from (
          (select * from audit.events where actor_id = a.id order by id desc limit ${MOST})
          union
          (select * from audit.events where target_id = a.id::text order by id desc limit ${MOST})
        ) e), '[]')
    ) as data
    from users.accounts a where a.id = ${userId}`);
