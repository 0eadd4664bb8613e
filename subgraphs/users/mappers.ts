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
  readonly user: UserMapper;
}
