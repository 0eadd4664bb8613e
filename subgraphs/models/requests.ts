import type { ModelMetrics, RequestMeter } from './metrics.ts';
import type { PromptLogging } from './request-log/prompt-logging.ts';
import type { RequestQueue } from './request-log/queue.ts';
import { recordRequest, type Asked } from './request-log/record.ts';

/** Follows each request, for the metrics and for the log. */
export interface Requests {
  follow(asked: Asked): RequestMeter;
  /** Users who have a request under way. */
  sessions(): number;
}

export const createRequests = (
  metrics: Pick<ModelMetrics, 'request'>,
  queue: Pick<RequestQueue, 'add'>,
  logging: Pick<PromptLogging, 'enabled'>,
): Requests => {
  /** By user, how many. */
  const running = new Map<string, number>();
  const more = (userId: string, by: number): void => {
    const count = (running.get(userId) ?? 0) + by;
    if (count > 0) running.set(userId, count);
    else running.delete(userId);
  };
  return {
    follow: (asked) => {
      const { userId } = asked.caller;
      more(userId, 1);
      const record = recordRequest(asked, logging.enabled(), (done) => queue.add(done));
      const followers = [metrics.request(), record];
      return {
        reads: (text) => record.reads(text),
        begins: (model, promptTokens) => followers.forEach((follower) => follower.begins(model, promptTokens)),
        generated: (tokens) => followers.forEach((follower) => follower.generated(tokens)),
        writes: (text) => record.writes(text),
        completed: () => followers.forEach((follower) => follower.completed()),
        charged: (tokens) => followers.forEach((follower) => follower.charged(tokens)),
        ends: (left, error) => {
          more(userId, -1);
          followers.forEach((follower) => follower.ends(left, error));
        },
      };
    },
    sessions: () => running.size,
  };
};
