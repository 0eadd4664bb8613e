/** An account as its row has it. */
export interface UserMapper {
  readonly id: string;
  readonly email: string;
  readonly role: 'ADMIN' | 'DEVELOPER' | 'VIEWER';
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly createdAt: string;
}

export interface SessionMapper {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: string;
  /** Where somebody has shown a password. */
  readonly deviceToken?: string;
  readonly user: UserMapper;
}

/** An API key as its row has it; its limits are quotas. */
export interface ApiKeyMapper {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly models: string[] | null;
  readonly scopes: string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}
