import type { Database } from '#mesh/database/pool.ts';
import type { Catalogue } from './catalogue.ts';
import type { Changes } from './changes.ts';
import type { Chats } from './chat.ts';
import type { Doors } from './doors.ts';
import type { Downloads } from './downloads/downloads.ts';
import type { Prices } from './price.ts';
import type { RemoteModels } from './remote/remote-models.ts';
import type { PromptLogging } from './request-log/prompt-logging.ts';
import type { Requests } from './requests.ts';
import type { Serving } from './serving.ts';
import type { Settings } from './settings.ts';
import type { TextRequests } from './text-requests.ts';
import type { Workers } from './workers.ts';

/** What the resolvers stand on. */
export interface Services {
  readonly catalogue: Catalogue;
  readonly workers: Workers;
  readonly changes: Changes;
  readonly chats: Chats;
  readonly texts: TextRequests;
  readonly prices: Prices;
  readonly downloads: Downloads;
  readonly remotes: RemoteModels;
  readonly serving: Serving;
  readonly settings: Settings;
  readonly doors: Doors;
  readonly requests: Requests;
  readonly promptLogging: PromptLogging;
  readonly database: Database;
}
