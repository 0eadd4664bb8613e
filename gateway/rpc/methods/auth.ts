import loginSchema from '#schemas/rpc/auth.login.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface Login {
  readonly login: {
    readonly accessToken: string;
    readonly refreshToken: string;
    readonly expiresAt: string;
    readonly user: { readonly id: string; readonly email: string; readonly role: string };
  };
}

export const authMethods = [
  defineMethod({
    schema: loginSchema,
    open: true,
    document: /* GraphQL */ `
      mutation RpcLogin($email: String!, $password: String!) {
        login(email: $email, password: $password) {
          accessToken
          refreshToken
          expiresAt
          user {
            id
            email
            role
          }
        }
      }
    `,
    variables: ({ email, password }: { email: string; password: string }) => ({ email, password }),
    result: ({ login }: Login) => ({
      access_token: login.accessToken,
      refresh_token: login.refreshToken,
      expires_at: login.expiresAt,
      user: login.user,
    }),
  }),
];
