import { graphql } from '#codegen/studio/gql.ts';

export const LoginDocument = graphql(`
  mutation Login($email: String!, $password: String!, $code: String, $deviceToken: String) {
    login(email: $email, password: $password, code: $code, deviceToken: $deviceToken) {
      accessToken
      refreshToken
      deviceToken
      user {
        id
        email
        role
      }
    }
  }
`);

export const SignInOptionsDocument = graphql(`
  query SignInOptions {
    signInOptions {
      oidcProvider
      passwordResetByMail
    }
  }
`);

export const BeginOidcLoginDocument = graphql(`
  mutation BeginOidcLogin {
    beginOidcLogin {
      url
      ticket
    }
  }
`);

export const CompleteOidcLoginDocument = graphql(`
  mutation CompleteOidcLogin($ticket: String!, $callbackUrl: String!) {
    completeOidcLogin(ticket: $ticket, callbackUrl: $callbackUrl) {
      accessToken
      refreshToken
      user {
        id
        email
        role
      }
    }
  }
`);

export const RequestPasswordResetDocument = graphql(`
  mutation RequestPasswordReset($email: String!) {
    requestPasswordReset(email: $email)
  }
`);

export const ResetPasswordDocument = graphql(`
  mutation ResetPassword($token: String!, $password: String!) {
    resetPassword(token: $token, password: $password)
  }
`);

export const RefreshSessionDocument = graphql(`
  mutation RefreshSession($refreshToken: String!) {
    refreshSession(refreshToken: $refreshToken) {
      accessToken
      refreshToken
      user {
        id
        email
        role
      }
    }
  }
`);

export const LogoutDocument = graphql(`
  mutation Logout {
    logout
  }
`);

export const BalanceDocument = graphql(`
  query Balance {
    me {
      id
      balance {
        granted
        reserved
        spent
        available
      }
    }
  }
`);
