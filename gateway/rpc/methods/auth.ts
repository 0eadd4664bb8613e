import createUserSchema from '#schemas/rpc/auth.create_user.json' with { type: 'json' };
import loginSchema from '#schemas/rpc/auth.login.json' with { type: 'json' };
import logoutSchema from '#schemas/rpc/auth.logout.json' with { type: 'json' };
import meSchema from '#schemas/rpc/auth.me.json' with { type: 'json' };
import refreshSchema from '#schemas/rpc/auth.refresh.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: string;
  readonly user: { readonly id: string; readonly email: string; readonly role: string };
}

interface User {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly status: string;
  readonly createdAt: string;
  readonly balance: Readonly<Record<'granted' | 'reserved' | 'spent' | 'available', number>>;
}

const SESSION = /* GraphQL */ `
  accessToken
  refreshToken
  expiresAt
  user {
    id
    email
    role
  }
`;
const USER = /* GraphQL */ `
  id
  email
  role
  status
  createdAt
  balance {
    granted
    reserved
    spent
    available
  }
`;

const sessionResult = ({ accessToken, refreshToken, expiresAt, user }: Session) => ({
  access_token: accessToken,
  refresh_token: refreshToken,
  expires_at: expiresAt,
  user,
});
const userResult = ({ createdAt, balance, ...user }: User) => ({
  user: { ...user, created_at: createdAt, balance },
});

interface LoginParams {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
  readonly device_token?: string;
}

interface CreateUserParams {
  readonly email: string;
  readonly password: string;
  readonly role?: string;
  readonly tokens?: number;
}

export const authMethods = [
  defineMethod({
    schema: loginSchema,
    open: true,
    document: /* GraphQL */ `
      mutation RpcLogin($email: String!, $password: String!, $code: String, $deviceToken: String) {
        login(email: $email, password: $password, code: $code, deviceToken: $deviceToken) { ${SESSION} deviceToken }
      }
    `,
    variables: ({ email, password, code, device_token }: LoginParams) => ({
      email,
      password,
      code,
      deviceToken: device_token,
    }),
    result: ({ login }: { readonly login: Session & { readonly deviceToken?: string | null } }) => ({
      ...sessionResult(login),
      ...(login.deviceToken ? { device_token: login.deviceToken } : {}),
    }),
  }),
  defineMethod({
    schema: refreshSchema,
    open: true,
    document: /* GraphQL */ `
      mutation RpcRefresh($refreshToken: String!) {
        refreshSession(refreshToken: $refreshToken) { ${SESSION} }
      }
    `,
    variables: (params: { readonly refresh_token: string }) => ({ refreshToken: params.refresh_token }),
    result: ({ refreshSession }: { readonly refreshSession: Session }) => sessionResult(refreshSession),
  }),
  defineMethod({
    schema: logoutSchema,
    document: /* GraphQL */ `
      mutation RpcLogout {
        logout
      }
    `,
    variables: () => ({}),
    result: ({ logout }: { readonly logout: boolean }) => ({ logged_out: logout }),
  }),
  defineMethod({
    schema: meSchema,
    document: /* GraphQL */ `
      query RpcMe {
        me { ${USER} }
      }
    `,
    variables: () => ({}),
    result: ({ me }: { readonly me: User }) => userResult(me),
  }),
  defineMethod({
    schema: createUserSchema,
    document: /* GraphQL */ `
      mutation RpcCreateUser($input: CreateUserInput!) {
        createUser(input: $input) { ${USER} }
      }
    `,
    variables: ({ email, password, role, tokens }: CreateUserParams) => ({ input: { email, password, role, tokens } }),
    result: ({ createUser }: { readonly createUser: User }) => userResult(createUser),
  }),
];
