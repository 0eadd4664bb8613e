/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Conversations {\n    conversations {\n      id\n      title\n      updatedAt\n    }\n  }\n": typeof types.ConversationsDocument,
    "\n  query Conversation($id: ID!) {\n    conversation(id: $id) {\n      id\n      messages {\n        id\n        role\n        content\n      }\n    }\n  }\n": typeof types.ConversationDocument,
    "\n  mutation CreateConversation($title: String!) {\n    createConversation(title: $title) {\n      id\n    }\n  }\n": typeof types.CreateConversationDocument,
    "\n  mutation AppendMessage($input: AppendMessageInput!) {\n    appendMessage(input: $input) {\n      id\n    }\n  }\n": typeof types.AppendMessageDocument,
    "\n  mutation DeleteConversation($id: ID!) {\n    deleteConversation(id: $id)\n  }\n": typeof types.DeleteConversationDocument,
    "\n  subscription Chat($input: ChatInput!) {\n    chat(input: $input) {\n      requestId\n      text\n      finishReason\n      usage {\n        promptTokens\n        completionTokens\n      }\n    }\n  }\n": typeof types.ChatDocument,
    "\n  query Models {\n    models {\n      id\n      name\n      kind\n      status\n      contextSize\n      sizeBytes\n      memoryBytes\n      lastError\n    }\n  }\n": typeof types.ModelsDocument,
    "\n  mutation LoadModel($name: String!) {\n    loadModel(name: $name) {\n      id\n      status\n    }\n  }\n": typeof types.LoadModelDocument,
    "\n  mutation UnloadModel($name: String!) {\n    unloadModel(name: $name) {\n      id\n      status\n    }\n  }\n": typeof types.UnloadModelDocument,
    "\n  subscription ModelEvents {\n    modelEvents {\n      id\n      status\n    }\n  }\n": typeof types.ModelEventsDocument,
    "\n  mutation Login($email: String!, $password: String!, $code: String, $deviceToken: String) {\n    login(email: $email, password: $password, code: $code, deviceToken: $deviceToken) {\n      accessToken\n      refreshToken\n      deviceToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n": typeof types.LoginDocument,
    "\n  query SignInOptions {\n    signInOptions {\n      oidcProvider\n      passwordResetByMail\n    }\n  }\n": typeof types.SignInOptionsDocument,
    "\n  mutation BeginOidcLogin {\n    beginOidcLogin {\n      url\n      ticket\n    }\n  }\n": typeof types.BeginOidcLoginDocument,
    "\n  mutation CompleteOidcLogin($ticket: String!, $callbackUrl: String!) {\n    completeOidcLogin(ticket: $ticket, callbackUrl: $callbackUrl) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n": typeof types.CompleteOidcLoginDocument,
    "\n  mutation RequestPasswordReset($email: String!) {\n    requestPasswordReset(email: $email)\n  }\n": typeof types.RequestPasswordResetDocument,
    "\n  mutation ResetPassword($token: String!, $password: String!) {\n    resetPassword(token: $token, password: $password)\n  }\n": typeof types.ResetPasswordDocument,
    "\n  mutation RefreshSession($refreshToken: String!) {\n    refreshSession(refreshToken: $refreshToken) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n": typeof types.RefreshSessionDocument,
    "\n  mutation Logout {\n    logout\n  }\n": typeof types.LogoutDocument,
    "\n  query Balance {\n    me {\n      id\n      balance {\n        granted\n        reserved\n        spent\n        available\n      }\n    }\n  }\n": typeof types.BalanceDocument,
};
const documents: Documents = {
    "\n  query Conversations {\n    conversations {\n      id\n      title\n      updatedAt\n    }\n  }\n": types.ConversationsDocument,
    "\n  query Conversation($id: ID!) {\n    conversation(id: $id) {\n      id\n      messages {\n        id\n        role\n        content\n      }\n    }\n  }\n": types.ConversationDocument,
    "\n  mutation CreateConversation($title: String!) {\n    createConversation(title: $title) {\n      id\n    }\n  }\n": types.CreateConversationDocument,
    "\n  mutation AppendMessage($input: AppendMessageInput!) {\n    appendMessage(input: $input) {\n      id\n    }\n  }\n": types.AppendMessageDocument,
    "\n  mutation DeleteConversation($id: ID!) {\n    deleteConversation(id: $id)\n  }\n": types.DeleteConversationDocument,
    "\n  subscription Chat($input: ChatInput!) {\n    chat(input: $input) {\n      requestId\n      text\n      finishReason\n      usage {\n        promptTokens\n        completionTokens\n      }\n    }\n  }\n": types.ChatDocument,
    "\n  query Models {\n    models {\n      id\n      name\n      kind\n      status\n      contextSize\n      sizeBytes\n      memoryBytes\n      lastError\n    }\n  }\n": types.ModelsDocument,
    "\n  mutation LoadModel($name: String!) {\n    loadModel(name: $name) {\n      id\n      status\n    }\n  }\n": types.LoadModelDocument,
    "\n  mutation UnloadModel($name: String!) {\n    unloadModel(name: $name) {\n      id\n      status\n    }\n  }\n": types.UnloadModelDocument,
    "\n  subscription ModelEvents {\n    modelEvents {\n      id\n      status\n    }\n  }\n": types.ModelEventsDocument,
    "\n  mutation Login($email: String!, $password: String!, $code: String, $deviceToken: String) {\n    login(email: $email, password: $password, code: $code, deviceToken: $deviceToken) {\n      accessToken\n      refreshToken\n      deviceToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n": types.LoginDocument,
    "\n  query SignInOptions {\n    signInOptions {\n      oidcProvider\n      passwordResetByMail\n    }\n  }\n": types.SignInOptionsDocument,
    "\n  mutation BeginOidcLogin {\n    beginOidcLogin {\n      url\n      ticket\n    }\n  }\n": types.BeginOidcLoginDocument,
    "\n  mutation CompleteOidcLogin($ticket: String!, $callbackUrl: String!) {\n    completeOidcLogin(ticket: $ticket, callbackUrl: $callbackUrl) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n": types.CompleteOidcLoginDocument,
    "\n  mutation RequestPasswordReset($email: String!) {\n    requestPasswordReset(email: $email)\n  }\n": types.RequestPasswordResetDocument,
    "\n  mutation ResetPassword($token: String!, $password: String!) {\n    resetPassword(token: $token, password: $password)\n  }\n": types.ResetPasswordDocument,
    "\n  mutation RefreshSession($refreshToken: String!) {\n    refreshSession(refreshToken: $refreshToken) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n": types.RefreshSessionDocument,
    "\n  mutation Logout {\n    logout\n  }\n": types.LogoutDocument,
    "\n  query Balance {\n    me {\n      id\n      balance {\n        granted\n        reserved\n        spent\n        available\n      }\n    }\n  }\n": types.BalanceDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Conversations {\n    conversations {\n      id\n      title\n      updatedAt\n    }\n  }\n"): (typeof documents)["\n  query Conversations {\n    conversations {\n      id\n      title\n      updatedAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Conversation($id: ID!) {\n    conversation(id: $id) {\n      id\n      messages {\n        id\n        role\n        content\n      }\n    }\n  }\n"): (typeof documents)["\n  query Conversation($id: ID!) {\n    conversation(id: $id) {\n      id\n      messages {\n        id\n        role\n        content\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateConversation($title: String!) {\n    createConversation(title: $title) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation CreateConversation($title: String!) {\n    createConversation(title: $title) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AppendMessage($input: AppendMessageInput!) {\n    appendMessage(input: $input) {\n      id\n    }\n  }\n"): (typeof documents)["\n  mutation AppendMessage($input: AppendMessageInput!) {\n    appendMessage(input: $input) {\n      id\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteConversation($id: ID!) {\n    deleteConversation(id: $id)\n  }\n"): (typeof documents)["\n  mutation DeleteConversation($id: ID!) {\n    deleteConversation(id: $id)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Chat($input: ChatInput!) {\n    chat(input: $input) {\n      requestId\n      text\n      finishReason\n      usage {\n        promptTokens\n        completionTokens\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription Chat($input: ChatInput!) {\n    chat(input: $input) {\n      requestId\n      text\n      finishReason\n      usage {\n        promptTokens\n        completionTokens\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Models {\n    models {\n      id\n      name\n      kind\n      status\n      contextSize\n      sizeBytes\n      memoryBytes\n      lastError\n    }\n  }\n"): (typeof documents)["\n  query Models {\n    models {\n      id\n      name\n      kind\n      status\n      contextSize\n      sizeBytes\n      memoryBytes\n      lastError\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LoadModel($name: String!) {\n    loadModel(name: $name) {\n      id\n      status\n    }\n  }\n"): (typeof documents)["\n  mutation LoadModel($name: String!) {\n    loadModel(name: $name) {\n      id\n      status\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UnloadModel($name: String!) {\n    unloadModel(name: $name) {\n      id\n      status\n    }\n  }\n"): (typeof documents)["\n  mutation UnloadModel($name: String!) {\n    unloadModel(name: $name) {\n      id\n      status\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ModelEvents {\n    modelEvents {\n      id\n      status\n    }\n  }\n"): (typeof documents)["\n  subscription ModelEvents {\n    modelEvents {\n      id\n      status\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Login($email: String!, $password: String!, $code: String, $deviceToken: String) {\n    login(email: $email, password: $password, code: $code, deviceToken: $deviceToken) {\n      accessToken\n      refreshToken\n      deviceToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation Login($email: String!, $password: String!, $code: String, $deviceToken: String) {\n    login(email: $email, password: $password, code: $code, deviceToken: $deviceToken) {\n      accessToken\n      refreshToken\n      deviceToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SignInOptions {\n    signInOptions {\n      oidcProvider\n      passwordResetByMail\n    }\n  }\n"): (typeof documents)["\n  query SignInOptions {\n    signInOptions {\n      oidcProvider\n      passwordResetByMail\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation BeginOidcLogin {\n    beginOidcLogin {\n      url\n      ticket\n    }\n  }\n"): (typeof documents)["\n  mutation BeginOidcLogin {\n    beginOidcLogin {\n      url\n      ticket\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CompleteOidcLogin($ticket: String!, $callbackUrl: String!) {\n    completeOidcLogin(ticket: $ticket, callbackUrl: $callbackUrl) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation CompleteOidcLogin($ticket: String!, $callbackUrl: String!) {\n    completeOidcLogin(ticket: $ticket, callbackUrl: $callbackUrl) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RequestPasswordReset($email: String!) {\n    requestPasswordReset(email: $email)\n  }\n"): (typeof documents)["\n  mutation RequestPasswordReset($email: String!) {\n    requestPasswordReset(email: $email)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResetPassword($token: String!, $password: String!) {\n    resetPassword(token: $token, password: $password)\n  }\n"): (typeof documents)["\n  mutation ResetPassword($token: String!, $password: String!) {\n    resetPassword(token: $token, password: $password)\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RefreshSession($refreshToken: String!) {\n    refreshSession(refreshToken: $refreshToken) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RefreshSession($refreshToken: String!) {\n    refreshSession(refreshToken: $refreshToken) {\n      accessToken\n      refreshToken\n      user {\n        id\n        email\n        role\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Logout {\n    logout\n  }\n"): (typeof documents)["\n  mutation Logout {\n    logout\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Balance {\n    me {\n      id\n      balance {\n        granted\n        reserved\n        spent\n        available\n      }\n    }\n  }\n"): (typeof documents)["\n  query Balance {\n    me {\n      id\n      balance {\n        granted\n        reserved\n        spent\n        available\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;