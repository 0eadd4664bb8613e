import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { UserMapper, SessionMapper, ApiKeyMapper } from '../../subgraphs/users/mappers.ts';
import type { RequestContext } from '../../mesh/subgraph.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A whole number of any size as a decimal string: micro-credits (1 000 000 = 1 credit), and counts that may outgrow an Int. */
  BigInt: { input: string; output: string; }
  /** An instant in ISO 8601, UTC, for example `2026-11-22T19:35:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: unknown; output: unknown; }
};

export type ApiKey = {
  __typename?: 'ApiKey';
  createdAt: Scalars['DateTime']['output'];
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  /** To the minute. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The models that it may use; null for every one. */
  models?: Maybe<Array<Scalars['String']['output']>>;
  name: Scalars['String']['output'];
  /** The beginning of the secret, to recognise it by. */
  prefix: Scalars['String']['output'];
  requestsPerMinute?: Maybe<Scalars['Int']['output']>;
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it may do, at most what its owner's role may. */
  scopes: Array<Scalars['String']['output']>;
  /** Tokens that it may spend in all; null for no limit but its owner's. */
  tokenBudget?: Maybe<Scalars['Int']['output']>;
  tokensPerMinute?: Maybe<Scalars['Int']['output']>;
  usage: Usage;
  user: User;
};


export type ApiKeyUsageArgs = {
  window?: InputMaybe<UsageWindow>;
};

export type AuditEvent = {
  __typename?: 'AuditEvent';
  /** For example `user.suspended` or `sign-in.failed`. */
  action: Scalars['String']['output'];
  /** `session`, `key`, `operator` or `none`. */
  actorCredential: Scalars['String']['output'];
  actorEmail?: Maybe<Scalars['String']['output']>;
  /** Who did it; null for nobody who had signed in, and for the operator of the machine. */
  actorId?: Maybe<Scalars['ID']['output']>;
  address?: Maybe<Scalars['String']['output']>;
  at: Scalars['DateTime']['output'];
  /** What was changed; never a secret. */
  details: Scalars['JSON']['output'];
  id: Scalars['ID']['output'];
  requestId?: Maybe<Scalars['String']['output']>;
  targetId?: Maybe<Scalars['String']['output']>;
  /** For example `user`, `key`, `model`. */
  targetKind?: Maybe<Scalars['String']['output']>;
};

export type AuditFilter = {
  action?: InputMaybe<Scalars['String']['input']>;
  actorId?: InputMaybe<Scalars['ID']['input']>;
  targetId?: InputMaybe<Scalars['ID']['input']>;
};

export type CreateApiKeyInput = {
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** Every model by default. */
  models?: InputMaybe<Array<Scalars['String']['input']>>;
  /** At most 80 characters. */
  name: Scalars['String']['input'];
  requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** By default what inference and files need, as far as the owner's role may: models:read, projects:read, projects:write, conversations:read, conversations:write, inference:run. */
  scopes?: InputMaybe<Array<Scalars['String']['input']>>;
  tokenBudget?: InputMaybe<Scalars['Int']['input']>;
  tokensPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The caller by default. */
  userId?: InputMaybe<Scalars['ID']['input']>;
};

export type CreateUserInput = {
  email: Scalars['String']['input'];
  /** At least 10 characters. */
  password: Scalars['String']['input'];
  role?: Role;
  /** Prepaid tokens to begin with. */
  tokens?: Scalars['Int']['input'];
};

export type CredentialKind =
  | 'KEY'
  | 'SESSION';

export type Erasure = {
  __typename?: 'Erasure';
  /** The services that have still to erase what they keep; empty when all is done. */
  pending: Array<Scalars['String']['output']>;
  requestedAt: Scalars['DateTime']['output'];
  userId: Scalars['ID']['output'];
};

export type ForecastDay = {
  __typename?: 'ForecastDay';
  day: Scalars['DateTime']['output'];
  tokens: Scalars['BigInt']['output'];
};

export type LedgerEntry = {
  __typename?: 'LedgerEntry';
  apiKeyId?: Maybe<Scalars['ID']['output']>;
  at: Scalars['DateTime']['output'];
  completionTokens?: Maybe<Scalars['Int']['output']>;
  costMicrocredits: Scalars['BigInt']['output'];
  /** Who granted; null for the installation itself. */
  grantedBy?: Maybe<Scalars['ID']['output']>;
  id: Scalars['ID']['output'];
  kind: LedgerKind;
  model?: Maybe<Scalars['String']['output']>;
  /** How the request ended: settled, cancelled, failed or expired. */
  outcome?: Maybe<Scalars['String']['output']>;
  promptTokens?: Maybe<Scalars['Int']['output']>;
  /** Of a grant. */
  reason?: Maybe<Scalars['String']['output']>;
  /** Of a charge. */
  requestId?: Maybe<Scalars['ID']['output']>;
  /** Granted: over 0. Charged: under 0, or 0. */
  tokens: Scalars['BigInt']['output'];
  userId: Scalars['ID']['output'];
};

export type LedgerKind =
  | 'CHARGE'
  | 'GRANT';

export type MlCapabilities = {
  __typename?: 'MlCapabilities';
  /** `builtin` or `pgml`. */
  engine: Scalars['String']['output'];
  /** The version of the PostgresML extension; null where it is not installed. */
  pgmlVersion?: Maybe<Scalars['String']['output']>;
  /** When PostgresML was last trained on the use of this installation; until then the built-in engine answers. */
  trainedAt?: Maybe<Scalars['DateTime']['output']>;
};

export type ModelPrice = {
  __typename?: 'ModelPrice';
  completion: Scalars['BigInt']['output'];
  model: Scalars['String']['output'];
  /** Micro-credits a token. */
  prompt: Scalars['BigInt']['output'];
  since: Scalars['DateTime']['output'];
};

export type ModelPriceInput = {
  completion: Scalars['BigInt']['input'];
  model: Scalars['String']['input'];
  /** Micro-credits a token. */
  prompt: Scalars['BigInt']['input'];
};

export type Mutation = {
  __typename?: 'Mutation';
  /** Begins a sign-in with the configured identity provider: go to `url`, keep `ticket` in this browser alone. */
  beginOidcLogin: OidcLogin;
  /** Begins to set up an authenticator (TOTP, RFC 6238); it counts once `confirmTotp` has shown a code of it. Asks for the password. */
  beginTotp: TotpEnrollment;
  /** Changes the caller's password and ends all other sessions. The next one has at least 10 characters. */
  changePassword: Scalars['Boolean']['output'];
  /** Ends it: the ticket, and the address that the provider came back to. */
  completeOidcLogin: Session;
  /** Turns the second factor on and ends all other sessions; answers ten recovery codes, each good once, shown only now. */
  confirmTotp: Array<Scalars['String']['output']>;
  /** Makes an API key for the caller; an admin may make one for anybody. */
  createApiKey: NewApiKey;
  /** A link by which a user sets a new password: good once and for 30 minutes, shown only now. */
  createPasswordResetLink: PasswordResetLink;
  /** Makes an account. */
  createUser: User;
  /** Turns the caller's second factor off. Asks for the password and, where it is on, for a code or a recovery code. */
  disableTotp: Scalars['Boolean']['output'];
  /** Erases a person: account, sessions, keys, projects and conversations. The ledger stays under a pseudonym. Repeat the e-mail to confirm; nothing brings it back. */
  eraseUser: Erasure;
  /** Adds to a user's prepaid tokens; the grant is a row of the ledger. */
  grantTokens: User;
  /** Opens a session. A wrong e-mail and a wrong password are answered alike. */
  login: Session;
  /** Ends the caller's session at once. */
  logout: Scalars['Boolean']['output'];
  /** Ends every session of the caller at once, this one too. */
  logoutEverywhere: Scalars['Boolean']['output'];
  /** Notes in the audit log that the caller was refused fields for managing, by coordinate. Told by the gateway, never by clients. */
  recordRefusal: Scalars['Boolean']['output'];
  /** Exchanges a refresh token for a new session; the old one is spent. A token that is used twice ends the whole session. */
  refreshSession: Session;
  /** Takes a limit away. A prepaid balance cannot be removed. */
  removeQuota: Scalars['Boolean']['output'];
  /** Mails a link that sets a new password, if there is such an account and mail is configured; always answers true, and as fast. */
  requestPasswordReset: Scalars['Boolean']['output'];
  /** Sets a new password by the token of a link and ends all of the user's sessions. */
  resetPassword: Scalars['Boolean']['output'];
  /** Takes the second factor from a user who has lost it, and ends the user's sessions. */
  resetTotp: User;
  /** Takes an API key out of force at once, with what runs under it and the keys that it has made. Its owner and admins may; an API key itself, and with `keys:write` others of its owner. */
  revokeApiKey: ApiKey;
  /** Ends one of the caller's sessions; an admin may end anybody's. */
  revokeSession: Scalars['Boolean']['output'];
  /** Makes a new signing key that takes over once every verifier knows it; the old one goes on verifying what it signed. */
  rotateSigningKeys: Array<SigningKey>;
  /** Sets the price of a model's tokens in micro-credits; requests that run keep theirs. */
  setModelPrice: ModelPrice;
  /** Limits the tokens that a user may spend in a calendar month (UTC); null takes the limit away. What is spent or reserved already stays; a lower limit holds at once for all others. */
  setMonthlyLimit: User;
  /** Sets what a subject may use, 200 quotas at most; one below what is spent and held ends no request, and holds at once for all others. */
  setQuota: Quota;
  /** Gives a user another role, in force on the next request; what runs under the old one ends at once. The last active admin stays one. */
  setUserRole: User;
  /** Suspends an account, which ends its sessions and what runs in them at once, or lets it in again. The last active admin stays. */
  setUserStatus: User;
};


export type MutationBeginTotpArgs = {
  password: Scalars['String']['input'];
};


export type MutationChangePasswordArgs = {
  current: Scalars['String']['input'];
  next: Scalars['String']['input'];
};


export type MutationCompleteOidcLoginArgs = {
  callbackUrl: Scalars['String']['input'];
  ticket: Scalars['String']['input'];
};


export type MutationConfirmTotpArgs = {
  code: Scalars['String']['input'];
};


export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


export type MutationCreatePasswordResetLinkArgs = {
  userId: Scalars['ID']['input'];
};


export type MutationCreateUserArgs = {
  input: CreateUserInput;
};


export type MutationDisableTotpArgs = {
  code?: InputMaybe<Scalars['String']['input']>;
  password: Scalars['String']['input'];
};


export type MutationEraseUserArgs = {
  email: Scalars['String']['input'];
  id: Scalars['ID']['input'];
};


export type MutationGrantTokensArgs = {
  reason?: InputMaybe<Scalars['String']['input']>;
  tokens: Scalars['Int']['input'];
  userId: Scalars['ID']['input'];
};


export type MutationLoginArgs = {
  code?: InputMaybe<Scalars['String']['input']>;
  deviceToken?: InputMaybe<Scalars['String']['input']>;
  email: Scalars['String']['input'];
  password: Scalars['String']['input'];
};


export type MutationRecordRefusalArgs = {
  coordinates: Array<Scalars['String']['input']>;
};


export type MutationRefreshSessionArgs = {
  refreshToken: Scalars['String']['input'];
};


export type MutationRemoveQuotaArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRequestPasswordResetArgs = {
  email: Scalars['String']['input'];
};


export type MutationResetPasswordArgs = {
  password: Scalars['String']['input'];
  token: Scalars['String']['input'];
};


export type MutationResetTotpArgs = {
  userId: Scalars['ID']['input'];
};


export type MutationRevokeApiKeyArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRevokeSessionArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRotateSigningKeysArgs = {
  immediately?: Scalars['Boolean']['input'];
};


export type MutationSetModelPriceArgs = {
  input: ModelPriceInput;
};


export type MutationSetMonthlyLimitArgs = {
  tokens?: InputMaybe<Scalars['Int']['input']>;
  userId: Scalars['ID']['input'];
};


export type MutationSetQuotaArgs = {
  input: QuotaInput;
};


export type MutationSetUserRoleArgs = {
  id: Scalars['ID']['input'];
  role: Role;
};


export type MutationSetUserStatusArgs = {
  id: Scalars['ID']['input'];
  status: UserStatus;
};

export type NewApiKey = {
  __typename?: 'NewApiKey';
  apiKey: ApiKey;
  /** For the `Authorization: Bearer` or `x-api-key` header. Shown only now. */
  secret: Scalars['String']['output'];
};

export type OidcLogin = {
  __typename?: 'OidcLogin';
  ticket: Scalars['String']['output'];
  url: Scalars['String']['output'];
};

export type PasswordResetLink = {
  __typename?: 'PasswordResetLink';
  expiresAt: Scalars['DateTime']['output'];
  token: Scalars['String']['output'];
  url: Scalars['String']['output'];
};

export type Principal = {
  __typename?: 'Principal';
  availableTokens: Scalars['Int']['output'];
  /** The session or the key. */
  credential: CredentialKind;
  credentialId: Scalars['ID']['output'];
  email: Scalars['String']['output'];
  role: Role;
  /** What the caller may do: of the role, narrowed by the key. */
  scopes: Array<Scalars['String']['output']>;
  userId: Scalars['ID']['output'];
};

export type Query = {
  __typename?: 'Query';
  /** Admin actions and security events, newest first, at most 500 at once; go on with `before` = the last `id`. An event is there once all that were recorded at its moment are. */
  auditLog: Array<AuditEvent>;
  /** Grants and charges, newest first, by default of all time; at most 500 at once, go on with `after` = the last `id`. By key or model, charges alone. */
  ledger: Array<LedgerEntry>;
  /** The same as CSV (RFC 4180) with a header line; formulas are defused. At most 10 000 lines below it; go on with `after` = the last `id`. One page a request. */
  ledgerCsv: Scalars['String']['output'];
  /** The caller. */
  me?: Maybe<User>;
  /** What forecasts and anomaly scores are computed with on this installation. */
  mlCapabilities: MlCapabilities;
  /** What a token of a model costs; models that were given no price are not listed and cost 1 micro-credit a token. */
  modelPrices: Array<ModelPrice>;
  /** The caller behind a session, or behind the SHA-256 (hex) of an API key, as it stands at this moment; null when it is no longer in force. Read by the gateway on each request, never by clients. */
  principal?: Maybe<Principal>;
  /** The callers behind up to 500 sessions and keys (by id), in their order, as `principal` has each. Read by the gateway for those whose streams are open. */
  principals: Array<Maybe<Principal>>;
  /** What users, keys and models may use, oldest first, of everybody or of one subject; at most 500 at once, go on with `after` = the last `id`. */
  quotas: Array<Quota>;
  /** How one may sign in here, for the sign-in page. */
  signInOptions: SignInOptions;
  /** The keys that sign access tokens, newest first. */
  signingKeys: Array<SigningKey>;
  /** What was used in a window, of everybody or narrowed by the filter. */
  usage: Usage;
  /** Keys that were used more than usual today or the day before (UTC), most unusual first, at most 100: perhaps one has leaked. Keys need 14 days of history. */
  usageAnomalies: Array<UsageAnomaly>;
  /** Use over time, oldest first; intervals without use are there with zeros. At most 1000 intervals; of a grouping the 50 groups that used most, fewer where that would be more than 10 000 points. */
  usageSeries: Array<UsagePoint>;
  user?: Maybe<User>;
  /** Every account, oldest first. */
  users: Array<User>;
  /** The public keys that verify access tokens. Read by the gateway, never by clients, who find them at `/.well-known/jwks.json`. */
  verificationKeys: Array<VerificationKey>;
};


export type QueryAuditLogArgs = {
  before?: InputMaybe<Scalars['ID']['input']>;
  filter?: InputMaybe<AuditFilter>;
  first?: Scalars['Int']['input'];
};


export type QueryLedgerArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  filter?: InputMaybe<UsageFilter>;
  first?: Scalars['Int']['input'];
  window?: InputMaybe<UsageWindow>;
};


export type QueryLedgerCsvArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  filter?: InputMaybe<UsageFilter>;
  window?: InputMaybe<UsageWindow>;
};


export type QueryPrincipalArgs = {
  keyHash?: InputMaybe<Scalars['String']['input']>;
  sessionId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryPrincipalsArgs = {
  credentialIds: Array<Scalars['ID']['input']>;
};


export type QueryQuotasArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: Scalars['Int']['input'];
  subject?: InputMaybe<QuotaSubjectInput>;
};


export type QueryUsageArgs = {
  filter?: InputMaybe<UsageFilter>;
  window?: InputMaybe<UsageWindow>;
};


export type QueryUsageAnomaliesArgs = {
  first?: Scalars['Int']['input'];
};


export type QueryUsageSeriesArgs = {
  filter?: InputMaybe<UsageFilter>;
  groupBy?: UsageGrouping;
  interval?: UsageInterval;
  window: UsageWindow;
};


export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};

export type Quota = {
  __typename?: 'Quota';
  id: Scalars['ID']['output'];
  limit: Scalars['BigInt']['output'];
  model?: Maybe<Scalars['String']['output']>;
  period: QuotaPeriod;
  reserved: Scalars['BigInt']['output'];
  /** When the period that runs ends; null for TOTAL. */
  resetsAt?: Maybe<Scalars['DateTime']['output']>;
  /** Of the period that runs. */
  spent: Scalars['BigInt']['output'];
  subjectId?: Maybe<Scalars['ID']['output']>;
  subjectKind: QuotaSubjectKind;
  unit: QuotaUnit;
};

export type QuotaInput = {
  limit: Scalars['BigInt']['input'];
  /** Every model together by default. */
  model?: InputMaybe<Scalars['String']['input']>;
  period: QuotaPeriod;
  subject: QuotaSubjectInput;
  unit: QuotaUnit;
};

/** Periods are of the calendar, in UTC. */
export type QuotaPeriod =
  | 'DAY'
  | 'MINUTE'
  | 'MONTH'
  | 'TOTAL';

export type QuotaSubjectInput = {
  /** A user's or a key's; left out for INSTALLATION. */
  id?: InputMaybe<Scalars['ID']['input']>;
  kind: QuotaSubjectKind;
};

export type QuotaSubjectKind =
  | 'API_KEY'
  /** Everybody together. */
  | 'INSTALLATION'
  | 'USER';

export type QuotaUnit =
  | 'MICROCREDITS'
  | 'REQUESTS'
  | 'TOKENS';

/** What a caller may do: an ADMIN manages models and users, a DEVELOPER chats and writes code, a VIEWER reads. */
export type Role =
  | 'ADMIN'
  | 'DEVELOPER'
  | 'VIEWER';

export type Session = {
  __typename?: 'Session';
  /** A signed token (JWT) for the `Authorization` header. */
  accessToken: Scalars['String']['output'];
  /** After `login`: for the next one from this device. It is no credential; good for 90 days after its last use. */
  deviceToken?: Maybe<Scalars['String']['output']>;
  /** When the access token expires. */
  expiresAt: Scalars['DateTime']['output'];
  refreshToken: Scalars['String']['output'];
  user: User;
};

export type SignInOptions = {
  __typename?: 'SignInOptions';
  /** The name of the identity provider that one may sign in with; null for none. */
  oidcProvider?: Maybe<Scalars['String']['output']>;
  /** Whether this installation can mail a reset link. */
  passwordResetByMail: Scalars['Boolean']['output'];
};

export type SignedInSession = {
  __typename?: 'SignedInSession';
  /** Where it was opened from. */
  address?: Maybe<Scalars['String']['output']>;
  createdAt: Scalars['DateTime']['output'];
  /** Whether this is the session that asks. */
  current: Scalars['Boolean']['output'];
  expiresAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  /** When it was last refreshed. */
  lastSeenAt: Scalars['DateTime']['output'];
  userAgent?: Maybe<Scalars['String']['output']>;
};

export type SigningKey = {
  __typename?: 'SigningKey';
  createdAt: Scalars['DateTime']['output'];
  kid: Scalars['ID']['output'];
  state: SigningKeyState;
};

export type SigningKeyState =
  | 'ACTIVE'
  /** Published, so that verifiers know it before it signs. */
  | 'NEXT'
  /** Verifies what it signed. */
  | 'RETIRED';

export type Subscription = {
  __typename?: 'Subscription';
  /** Audit events as they happen, oldest first; those after `after` first, where it is given. Ids ascend: after a break go on with the last `id`. */
  auditEvents: AuditEvent;
};


export type SubscriptionAuditEventsArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  filter?: InputMaybe<AuditFilter>;
};

/** Tokens, not money: a prompt token and a completion token each spend one. */
export type TokenBalance = {
  __typename?: 'TokenBalance';
  /** granted − reserved − spent */
  available: Scalars['Int']['output'];
  granted: Scalars['Int']['output'];
  /** Held by requests that run now. */
  reserved: Scalars['Int']['output'];
  spent: Scalars['Int']['output'];
};

export type TotpEnrollment = {
  __typename?: 'TotpEnrollment';
  /** Base32, to type into an authenticator. */
  secret: Scalars['String']['output'];
  /** The same as `otpauth://` address, for a QR code. */
  uri: Scalars['String']['output'];
};

export type Usage = {
  __typename?: 'Usage';
  completionTokens: Scalars['BigInt']['output'];
  costMicrocredits: Scalars['BigInt']['output'];
  promptTokens: Scalars['BigInt']['output'];
  requests: Scalars['Int']['output'];
  totalTokens: Scalars['BigInt']['output'];
};

export type UsageAnomaly = {
  __typename?: 'UsageAnomaly';
  alarm: Scalars['Boolean']['output'];
  apiKey: ApiKey;
  day: Scalars['DateTime']['output'];
  /** `builtin` or `pgml`. */
  engine: Scalars['String']['output'];
  /** Why the built-in engine answered although PostgresML is installed. */
  note?: Maybe<Scalars['String']['output']>;
  /** How many times the usual spread it lies above the usual; over 6 is an alarm. */
  score: Scalars['Float']['output'];
  tokens: Scalars['BigInt']['output'];
  /** What was usual. */
  usual: Scalars['BigInt']['output'];
};

export type UsageFilter = {
  apiKeyId?: InputMaybe<Scalars['ID']['input']>;
  model?: InputMaybe<Scalars['String']['input']>;
  userId?: InputMaybe<Scalars['ID']['input']>;
};

export type UsageForecast = {
  __typename?: 'UsageForecast';
  days: Array<ForecastDay>;
  /** `builtin` or `pgml`. */
  engine: Scalars['String']['output'];
  /** The day on which the prepaid tokens end at that rate; null when not within a year, or with too little history. */
  exhaustedOn?: Maybe<Scalars['DateTime']['output']>;
  /** Why the built-in engine answered although PostgresML is installed. */
  note?: Maybe<Scalars['String']['output']>;
};

export type UsageGrouping =
  | 'API_KEY'
  | 'MODEL'
  | 'NONE'
  | 'USER';

export type UsageInterval =
  | 'DAY'
  | 'HOUR'
  | 'MONTH';

export type UsagePoint = {
  __typename?: 'UsagePoint';
  /** Where the interval begins; the first and the last count only what lies in the window. */
  at: Scalars['DateTime']['output'];
  /** The model, key id or user id, by the grouping; null without one, and for use without a key. */
  group?: Maybe<Scalars['String']['output']>;
  usage: Usage;
};

/** From `from` until before `to`; of the current month (UTC) where an end is left out. */
export type UsageWindow = {
  from?: InputMaybe<Scalars['DateTime']['input']>;
  to?: InputMaybe<Scalars['DateTime']['input']>;
};

export type User = {
  __typename?: 'User';
  /** All that this service keeps about the person (GDPR art. 15 and 20); of lists that grow the newest 1000. Once a request. */
  accountData: Scalars['JSON']['output'];
  /** Newest first. Readable by the user and by admins, like all that follows; to an API key with `account:read`. */
  apiKeys: Array<ApiKey>;
  /** Prepaid tokens. Readable by the user and by admins. */
  balance: TokenBalance;
  createdAt: Scalars['DateTime']['output'];
  email: Scalars['String']['output'];
  /** The use of the next days, 365 at most, and when the prepaid tokens end at that rate. */
  forecast: UsageForecast;
  id: Scalars['ID']['output'];
  /** Grants and charges, newest first, by default of all time; at most 500 at once, go on with `after` = the last `id`. */
  ledger: Array<LedgerEntry>;
  /** At most 10 000 lines; go on with `after` = the last `id`. One page a request. */
  ledgerCsv: Scalars['String']['output'];
  /** Tokens that the user may spend in a calendar month (UTC); null for no limit. Readable by the user and by admins. */
  monthlyLimit?: Maybe<Scalars['Int']['output']>;
  /** What limits the user, the prepaid balance among it. */
  quotas: Array<Quota>;
  role: Role;
  /** Sessions in force, newest first, at most 100. */
  sessions: Array<SignedInSession>;
  status: UserStatus;
  /** Whether a second factor is asked for at sign-in. */
  totpEnabled: Scalars['Boolean']['output'];
  /** By default of this month. */
  usage: Usage;
  usageSeries: Array<UsagePoint>;
};


export type UserForecastArgs = {
  days?: Scalars['Int']['input'];
};


export type UserLedgerArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: Scalars['Int']['input'];
  window?: InputMaybe<UsageWindow>;
};


export type UserLedgerCsvArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  window?: InputMaybe<UsageWindow>;
};


export type UserUsageArgs = {
  window?: InputMaybe<UsageWindow>;
};


export type UserUsageSeriesArgs = {
  groupBy?: UsageGrouping;
  interval?: UsageInterval;
  window: UsageWindow;
};

export type UserStatus =
  | 'ACTIVE'
  | 'SUSPENDED';

export type VerificationKey = {
  __typename?: 'VerificationKey';
  /** The public key as a JSON Web Key (RFC 7517), in JSON. */
  jwk: Scalars['String']['output'];
  kid: Scalars['ID']['output'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  ApiKey: ApiKey;
  User: User;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  ApiKey:
    ( { __typename: 'ApiKey' }
    & GraphQLRecursivePick<FederationTypes['ApiKey'], {"id":true}> );
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  ApiKey: ResolverTypeWrapper<ApiKeyMapper>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  AuditEvent: ResolverTypeWrapper<AuditEvent>;
  AuditFilter: AuditFilter;
  BigInt: ResolverTypeWrapper<Scalars['BigInt']['output']>;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateUserInput: CreateUserInput;
  CredentialKind: CredentialKind;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Erasure: ResolverTypeWrapper<Erasure>;
  ForecastDay: ResolverTypeWrapper<ForecastDay>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  LedgerEntry: ResolverTypeWrapper<LedgerEntry>;
  LedgerKind: LedgerKind;
  MlCapabilities: ResolverTypeWrapper<MlCapabilities>;
  ModelPrice: ResolverTypeWrapper<ModelPrice>;
  ModelPriceInput: ModelPriceInput;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  NewApiKey: ResolverTypeWrapper<Omit<NewApiKey, 'apiKey'> & { apiKey: ResolversTypes['ApiKey'] }>;
  OidcLogin: ResolverTypeWrapper<OidcLogin>;
  PasswordResetLink: ResolverTypeWrapper<PasswordResetLink>;
  Principal: ResolverTypeWrapper<Principal>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Quota: ResolverTypeWrapper<Quota>;
  QuotaInput: QuotaInput;
  QuotaPeriod: QuotaPeriod;
  QuotaSubjectInput: QuotaSubjectInput;
  QuotaSubjectKind: QuotaSubjectKind;
  QuotaUnit: QuotaUnit;
  Role: Role;
  Session: ResolverTypeWrapper<SessionMapper>;
  SignInOptions: ResolverTypeWrapper<SignInOptions>;
  SignedInSession: ResolverTypeWrapper<SignedInSession>;
  SigningKey: ResolverTypeWrapper<SigningKey>;
  SigningKeyState: SigningKeyState;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TokenBalance: ResolverTypeWrapper<TokenBalance>;
  TotpEnrollment: ResolverTypeWrapper<TotpEnrollment>;
  Usage: ResolverTypeWrapper<Usage>;
  UsageAnomaly: ResolverTypeWrapper<Omit<UsageAnomaly, 'apiKey'> & { apiKey: ResolversTypes['ApiKey'] }>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  UsageFilter: UsageFilter;
  UsageForecast: ResolverTypeWrapper<UsageForecast>;
  UsageGrouping: UsageGrouping;
  UsageInterval: UsageInterval;
  UsagePoint: ResolverTypeWrapper<UsagePoint>;
  UsageWindow: UsageWindow;
  User: ResolverTypeWrapper<UserMapper>;
  UserStatus: UserStatus;
  VerificationKey: ResolverTypeWrapper<VerificationKey>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  ApiKey: ApiKeyMapper;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  Int: Scalars['Int']['output'];
  AuditEvent: AuditEvent;
  AuditFilter: AuditFilter;
  BigInt: Scalars['BigInt']['output'];
  CreateApiKeyInput: CreateApiKeyInput;
  CreateUserInput: CreateUserInput;
  DateTime: Scalars['DateTime']['output'];
  Erasure: Erasure;
  ForecastDay: ForecastDay;
  JSON: Scalars['JSON']['output'];
  LedgerEntry: LedgerEntry;
  MlCapabilities: MlCapabilities;
  ModelPrice: ModelPrice;
  ModelPriceInput: ModelPriceInput;
  Mutation: Record<PropertyKey, never>;
  Boolean: Scalars['Boolean']['output'];
  NewApiKey: Omit<NewApiKey, 'apiKey'> & { apiKey: ResolversParentTypes['ApiKey'] };
  OidcLogin: OidcLogin;
  PasswordResetLink: PasswordResetLink;
  Principal: Principal;
  Query: Record<PropertyKey, never>;
  Quota: Quota;
  QuotaInput: QuotaInput;
  QuotaSubjectInput: QuotaSubjectInput;
  Session: SessionMapper;
  SignInOptions: SignInOptions;
  SignedInSession: SignedInSession;
  SigningKey: SigningKey;
  Subscription: Record<PropertyKey, never>;
  TokenBalance: TokenBalance;
  TotpEnrollment: TotpEnrollment;
  Usage: Usage;
  UsageAnomaly: Omit<UsageAnomaly, 'apiKey'> & { apiKey: ResolversParentTypes['ApiKey'] };
  Float: Scalars['Float']['output'];
  UsageFilter: UsageFilter;
  UsageForecast: UsageForecast;
  UsagePoint: UsagePoint;
  UsageWindow: UsageWindow;
  User: UserMapper;
  VerificationKey: VerificationKey;
};

export type ApiKeyResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey'], FederationReferenceType extends FederationReferenceTypes['ApiKey'] = FederationReferenceTypes['ApiKey']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ApiKey']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  models?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requestsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  tokenBudget?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  tokensPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['Usage'], ParentType, ContextType, Partial<ApiKeyUsageArgs>>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type AuditEventResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AuditEvent'] = ResolversParentTypes['AuditEvent']> = {
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  actorCredential?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  actorEmail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  actorId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  address?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  details?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  targetId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  targetKind?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface BigIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['BigInt'], any> {
  name: 'BigInt';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type ErasureResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Erasure'] = ResolversParentTypes['Erasure']> = {
  pending?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  requestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ForecastDayResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ForecastDay'] = ResolversParentTypes['ForecastDay']> = {
  day?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type LedgerEntryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['LedgerEntry'] = ResolversParentTypes['LedgerEntry']> = {
  apiKeyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  completionTokens?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  costMicrocredits?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  grantedBy?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['LedgerKind'], ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  promptTokens?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type MlCapabilitiesResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MlCapabilities'] = ResolversParentTypes['MlCapabilities']> = {
  engine?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  pgmlVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  trainedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ModelPriceResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ModelPrice'] = ResolversParentTypes['ModelPrice']> = {
  completion?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prompt?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  beginOidcLogin?: Resolver<ResolversTypes['OidcLogin'], ParentType, ContextType>;
  beginTotp?: Resolver<ResolversTypes['TotpEnrollment'], ParentType, ContextType, RequireFields<MutationBeginTotpArgs, 'password'>>;
  changePassword?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'current' | 'next'>>;
  completeOidcLogin?: Resolver<ResolversTypes['Session'], ParentType, ContextType, RequireFields<MutationCompleteOidcLoginArgs, 'callbackUrl' | 'ticket'>>;
  confirmTotp?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType, RequireFields<MutationConfirmTotpArgs, 'code'>>;
  createApiKey?: Resolver<ResolversTypes['NewApiKey'], ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  createPasswordResetLink?: Resolver<ResolversTypes['PasswordResetLink'], ParentType, ContextType, RequireFields<MutationCreatePasswordResetLinkArgs, 'userId'>>;
  createUser?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationCreateUserArgs, 'input'>>;
  disableTotp?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDisableTotpArgs, 'password'>>;
  eraseUser?: Resolver<ResolversTypes['Erasure'], ParentType, ContextType, RequireFields<MutationEraseUserArgs, 'email' | 'id'>>;
  grantTokens?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationGrantTokensArgs, 'tokens' | 'userId'>>;
  login?: Resolver<ResolversTypes['Session'], ParentType, ContextType, RequireFields<MutationLoginArgs, 'email' | 'password'>>;
  logout?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  logoutEverywhere?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  recordRefusal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationRecordRefusalArgs, 'coordinates'>>;
  refreshSession?: Resolver<ResolversTypes['Session'], ParentType, ContextType, RequireFields<MutationRefreshSessionArgs, 'refreshToken'>>;
  removeQuota?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationRemoveQuotaArgs, 'id'>>;
  requestPasswordReset?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationRequestPasswordResetArgs, 'email'>>;
  resetPassword?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationResetPasswordArgs, 'password' | 'token'>>;
  resetTotp?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationResetTotpArgs, 'userId'>>;
  revokeApiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'id'>>;
  revokeSession?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationRevokeSessionArgs, 'id'>>;
  rotateSigningKeys?: Resolver<Array<ResolversTypes['SigningKey']>, ParentType, ContextType, RequireFields<MutationRotateSigningKeysArgs, 'immediately'>>;
  setModelPrice?: Resolver<ResolversTypes['ModelPrice'], ParentType, ContextType, RequireFields<MutationSetModelPriceArgs, 'input'>>;
  setMonthlyLimit?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationSetMonthlyLimitArgs, 'userId'>>;
  setQuota?: Resolver<ResolversTypes['Quota'], ParentType, ContextType, RequireFields<MutationSetQuotaArgs, 'input'>>;
  setUserRole?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationSetUserRoleArgs, 'id' | 'role'>>;
  setUserStatus?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationSetUserStatusArgs, 'id' | 'status'>>;
};

export type NewApiKeyResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['NewApiKey'] = ResolversParentTypes['NewApiKey']> = {
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type OidcLoginResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['OidcLogin'] = ResolversParentTypes['OidcLogin']> = {
  ticket?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PasswordResetLinkResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PasswordResetLink'] = ResolversParentTypes['PasswordResetLink']> = {
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  token?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PrincipalResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Principal'] = ResolversParentTypes['Principal']> = {
  availableTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  credential?: Resolver<ResolversTypes['CredentialKind'], ParentType, ContextType>;
  credentialId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  auditLog?: Resolver<Array<ResolversTypes['AuditEvent']>, ParentType, ContextType, RequireFields<QueryAuditLogArgs, 'first'>>;
  ledger?: Resolver<Array<ResolversTypes['LedgerEntry']>, ParentType, ContextType, RequireFields<QueryLedgerArgs, 'first'>>;
  ledgerCsv?: Resolver<ResolversTypes['String'], ParentType, ContextType, Partial<QueryLedgerCsvArgs>>;
  me?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  mlCapabilities?: Resolver<ResolversTypes['MlCapabilities'], ParentType, ContextType>;
  modelPrices?: Resolver<Array<ResolversTypes['ModelPrice']>, ParentType, ContextType>;
  principal?: Resolver<Maybe<ResolversTypes['Principal']>, ParentType, ContextType, Partial<QueryPrincipalArgs>>;
  principals?: Resolver<Array<Maybe<ResolversTypes['Principal']>>, ParentType, ContextType, RequireFields<QueryPrincipalsArgs, 'credentialIds'>>;
  quotas?: Resolver<Array<ResolversTypes['Quota']>, ParentType, ContextType, RequireFields<QueryQuotasArgs, 'first'>>;
  signInOptions?: Resolver<ResolversTypes['SignInOptions'], ParentType, ContextType>;
  signingKeys?: Resolver<Array<ResolversTypes['SigningKey']>, ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['Usage'], ParentType, ContextType, Partial<QueryUsageArgs>>;
  usageAnomalies?: Resolver<Array<ResolversTypes['UsageAnomaly']>, ParentType, ContextType, RequireFields<QueryUsageAnomaliesArgs, 'first'>>;
  usageSeries?: Resolver<Array<ResolversTypes['UsagePoint']>, ParentType, ContextType, RequireFields<QueryUsageSeriesArgs, 'groupBy' | 'interval' | 'window'>>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  users?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
  verificationKeys?: Resolver<Array<ResolversTypes['VerificationKey']>, ParentType, ContextType>;
};

export type QuotaResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Quota'] = ResolversParentTypes['Quota']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  period?: Resolver<ResolversTypes['QuotaPeriod'], ParentType, ContextType>;
  reserved?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  resetsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  spent?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  subjectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  subjectKind?: Resolver<ResolversTypes['QuotaSubjectKind'], ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['QuotaUnit'], ParentType, ContextType>;
};

export type SessionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  accessToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  deviceToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  refreshToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type SignInOptionsResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SignInOptions'] = ResolversParentTypes['SignInOptions']> = {
  oidcProvider?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  passwordResetByMail?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type SignedInSessionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SignedInSession'] = ResolversParentTypes['SignedInSession']> = {
  address?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  current?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  userAgent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SigningKeyResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SigningKey'] = ResolversParentTypes['SigningKey']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  kid?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['SigningKeyState'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  auditEvents?: SubscriptionResolver<ResolversTypes['AuditEvent'], "auditEvents", ParentType, ContextType, Partial<SubscriptionAuditEventsArgs>>;
};

export type TokenBalanceResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TokenBalance'] = ResolversParentTypes['TokenBalance']> = {
  available?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  granted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reserved?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  spent?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TotpEnrollmentResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TotpEnrollment'] = ResolversParentTypes['TotpEnrollment']> = {
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  uri?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type UsageResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Usage'] = ResolversParentTypes['Usage']> = {
  completionTokens?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  costMicrocredits?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  promptTokens?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  requests?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalTokens?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export type UsageAnomalyResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['UsageAnomaly'] = ResolversParentTypes['UsageAnomaly']> = {
  alarm?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  day?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
  usual?: Resolver<ResolversTypes['BigInt'], ParentType, ContextType>;
};

export type UsageForecastResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['UsageForecast'] = ResolversParentTypes['UsageForecast']> = {
  days?: Resolver<Array<ResolversTypes['ForecastDay']>, ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  exhaustedOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  note?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UsagePointResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['UsagePoint'] = ResolversParentTypes['UsagePoint']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  group?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['Usage'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  accountData?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  apiKeys?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  balance?: Resolver<ResolversTypes['TokenBalance'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  email?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  forecast?: Resolver<ResolversTypes['UsageForecast'], ParentType, ContextType, RequireFields<UserForecastArgs, 'days'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ledger?: Resolver<Array<ResolversTypes['LedgerEntry']>, ParentType, ContextType, RequireFields<UserLedgerArgs, 'first'>>;
  ledgerCsv?: Resolver<ResolversTypes['String'], ParentType, ContextType, Partial<UserLedgerCsvArgs>>;
  monthlyLimit?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  quotas?: Resolver<Array<ResolversTypes['Quota']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  sessions?: Resolver<Array<ResolversTypes['SignedInSession']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['UserStatus'], ParentType, ContextType>;
  totpEnabled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['Usage'], ParentType, ContextType, Partial<UserUsageArgs>>;
  usageSeries?: Resolver<Array<ResolversTypes['UsagePoint']>, ParentType, ContextType, RequireFields<UserUsageSeriesArgs, 'groupBy' | 'interval' | 'window'>>;
};

export type VerificationKeyResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['VerificationKey'] = ResolversParentTypes['VerificationKey']> = {
  jwk?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kid?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type Resolvers<ContextType = RequestContext> = {
  ApiKey?: ApiKeyResolvers<ContextType>;
  AuditEvent?: AuditEventResolvers<ContextType>;
  BigInt?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Erasure?: ErasureResolvers<ContextType>;
  ForecastDay?: ForecastDayResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  LedgerEntry?: LedgerEntryResolvers<ContextType>;
  MlCapabilities?: MlCapabilitiesResolvers<ContextType>;
  ModelPrice?: ModelPriceResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NewApiKey?: NewApiKeyResolvers<ContextType>;
  OidcLogin?: OidcLoginResolvers<ContextType>;
  PasswordResetLink?: PasswordResetLinkResolvers<ContextType>;
  Principal?: PrincipalResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Quota?: QuotaResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  SignInOptions?: SignInOptionsResolvers<ContextType>;
  SignedInSession?: SignedInSessionResolvers<ContextType>;
  SigningKey?: SigningKeyResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TokenBalance?: TokenBalanceResolvers<ContextType>;
  TotpEnrollment?: TotpEnrollmentResolvers<ContextType>;
  Usage?: UsageResolvers<ContextType>;
  UsageAnomaly?: UsageAnomalyResolvers<ContextType>;
  UsageForecast?: UsageForecastResolvers<ContextType>;
  UsagePoint?: UsagePointResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  VerificationKey?: VerificationKeyResolvers<ContextType>;
};

