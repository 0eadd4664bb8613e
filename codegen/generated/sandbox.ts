import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ProjectMapper, FileMapper, FileVersionMapper, FileLockMapper, ProjectEventMapper, UserMapper } from '../../subgraphs/sandbox/mappers.ts';
import type { RequestContext } from '../../mesh/subgraph.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in ISO 8601, UTC, for example `2026-11-22T19:35:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: unknown; output: unknown; }
};

export type CreateFolderInput = {
  /** The run of an agent that makes it. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  path: Scalars['String']['input'];
  /** The caller's default project when left out. */
  projectId?: InputMaybe<Scalars['ID']['input']>;
};

export type DeleteFileInput = {
  /** The run of an agent that deletes. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  /** Refuse with VERSION_CONFLICT unless the file has this version. */
  ifVersion?: InputMaybe<Scalars['String']['input']>;
  path: Scalars['String']['input'];
  /** The caller's default project when left out. */
  projectId?: InputMaybe<Scalars['ID']['input']>;
};

export type DeletedFile = {
  __typename?: 'DeletedFile';
  path: Scalars['String']['output'];
  /** Of its last content, which `restoreFile` takes. */
  revision: Scalars['Int']['output'];
  size: Scalars['Int']['output'];
};

export type File = {
  __typename?: 'File';
  /** The content: as text, null when it is not UTF-8, or in base64. */
  content?: Maybe<Scalars['String']['output']>;
  /** The difference from one of its versions to another, or to the present content, as a unified patch. Null where one of them is not UTF-8. */
  diff?: Maybe<Scalars['String']['output']>;
  /** The lock that covers it, null when anybody may write. */
  lock?: Maybe<FileLock>;
  /** Relative to the project, with `/` between folders. */
  path: Scalars['String']['output'];
  /** In bytes. */
  size: Scalars['Int']['output'];
  updatedAt: Scalars['DateTime']['output'];
  /** The SHA-256 of the content in hexadecimal; pass it as `ifVersion` to write only over what you read. */
  version: Scalars['String']['output'];
  /** What it held, newest first, the present content included; 50 at most are kept. */
  versions: Array<FileVersion>;
};


export type FileContentArgs = {
  encoding?: FileEncoding;
};


export type FileDiffArgs = {
  from: Scalars['Int']['input'];
  to?: InputMaybe<Scalars['Int']['input']>;
};


export type FileVersionsArgs = {
  first?: Scalars['Int']['input'];
};

export type FileEncoding =
  | 'BASE64'
  | 'UTF8';

/** Keeps all others from writing. */
export type FileLock = {
  __typename?: 'FileLock';
  /** The run of an agent that holds it; null where it is the user. */
  agent?: Maybe<Scalars['ID']['output']>;
  expiresAt: Scalars['DateTime']['output'];
  holder: User;
  id: Scalars['ID']['output'];
  /** A file, or a folder and all that is below it. */
  path: Scalars['String']['output'];
};

/** A content that a file has or had. */
export type FileVersion = {
  __typename?: 'FileVersion';
  /** The run of an agent that wrote it. */
  agent?: Maybe<Scalars['ID']['output']>;
  author: User;
  /** As text, null when it is not UTF-8, or in base64. */
  content?: Maybe<Scalars['String']['output']>;
  madeAt: Scalars['DateTime']['output'];
  /** Grows with each change of the project. */
  revision: Scalars['Int']['output'];
  /** In bytes. */
  size: Scalars['Int']['output'];
  /** The SHA-256 of the content in hexadecimal. */
  version: Scalars['String']['output'];
};


/** A content that a file has or had. */
export type FileVersionContentArgs = {
  encoding?: FileEncoding;
};

export type LockFileInput = {
  /** The run of an agent that is to hold it; the caller when left out. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  path: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
  /** From 1 to 3600. */
  seconds?: Scalars['Int']['input'];
};

export type MoveFileInput = {
  /** The run of an agent that moves. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  from: Scalars['String']['input'];
  /** Refuse with VERSION_CONFLICT unless the file has this version. */
  ifVersion?: InputMaybe<Scalars['String']['input']>;
  /** The caller's default project when left out. */
  projectId?: InputMaybe<Scalars['ID']['input']>;
  to: Scalars['String']['input'];
};

export type Mutation = {
  __typename?: 'Mutation';
  /** Makes a folder, and those above it. One that is there already is fine. */
  createFolder: Scalars['Boolean']['output'];
  createProject: Project;
  /** Deletes a file, or a folder with all that is below it. `restoreFile` brings deleted files back. */
  deleteFile: Scalars['Boolean']['output'];
  /** Deletes one of the caller's projects with its files and their past, for good. `name` must be its name. */
  deleteProject: Scalars['Boolean']['output'];
  /** Keeps others from writing to a file, or to a folder and all below it. Whoever holds it already holds it longer. */
  lockFile: FileLock;
  /** Moves a file, or a folder with all that is below it, to a place where nothing is. Answers the file, null for a folder. */
  moveFile?: Maybe<File>;
  /** Gives one of the caller's projects another name. */
  renameProject: Project;
  /** Writes what a file held before, deleted ones included. */
  restoreFile: File;
  /** Releases a lock in one of the caller's projects, also one that an agent holds; false when there is none any more. */
  unlockFile: Scalars['Boolean']['output'];
  /** Writes a whole file, making its folders. The file appears whole or not at all. */
  writeFile: File;
};


export type MutationCreateFolderArgs = {
  input: CreateFolderInput;
};


export type MutationCreateProjectArgs = {
  name: Scalars['String']['input'];
};


export type MutationDeleteFileArgs = {
  input: DeleteFileInput;
};


export type MutationDeleteProjectArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


export type MutationLockFileArgs = {
  input: LockFileInput;
};


export type MutationMoveFileArgs = {
  input: MoveFileInput;
};


export type MutationRenameProjectArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


export type MutationRestoreFileArgs = {
  input: RestoreFileInput;
};


export type MutationUnlockFileArgs = {
  id: Scalars['ID']['input'];
};


export type MutationWriteFileArgs = {
  input: WriteFileInput;
};

export type Project = {
  __typename?: 'Project';
  createdAt: Scalars['DateTime']['output'];
  /** What a deletion has left to be restored, newest first. */
  deletedFiles: Array<DeletedFile>;
  /** One file; null when there is none at this path. */
  file?: Maybe<File>;
  /** Every file, by path; of one folder and all below it where one is named. */
  files: Array<File>;
  /** Every folder, by path. */
  folders: Array<Scalars['String']['output']>;
  id: Scalars['ID']['output'];
  /** The locks that hold at the moment, by path. */
  locks: Array<FileLock>;
  name: Scalars['String']['output'];
  owner: User;
  usage: ProjectUsage;
};


export type ProjectDeletedFilesArgs = {
  first?: Scalars['Int']['input'];
};


export type ProjectFileArgs = {
  path: Scalars['String']['input'];
};


export type ProjectFilesArgs = {
  folder?: InputMaybe<Scalars['String']['input']>;
};

export type ProjectData = {
  __typename?: 'ProjectData';
  /** Each a project, or a file with its content: as text, or in base64 where that is no UTF-8. */
  items: Array<Scalars['JSON']['output']>;
  /** Null on the last page. */
  next?: Maybe<Scalars['ID']['output']>;
};

export type ProjectEvent = {
  __typename?: 'ProjectEvent';
  /** The run of an agent that did it. */
  agent?: Maybe<Scalars['ID']['output']>;
  at: Scalars['DateTime']['output'];
  /** Who did it; null for RESET. */
  author?: Maybe<User>;
  /** Where it was before it was moved. */
  from?: Maybe<Scalars['String']['output']>;
  kind: ProjectEventKind;
  /** Null for RESET. */
  path?: Maybe<Scalars['String']['output']>;
  /** Grows with each change of the project; go on with `after` = `sequence`. */
  sequence: Scalars['Int']['output'];
  /** Of the content that was written. */
  version?: Maybe<Scalars['String']['output']>;
};

export type ProjectEventKind =
  | 'DELETED'
  | 'FOLDER_MADE'
  | 'MOVED'
  /** Changes before this one are no longer known: read the project anew. */
  | 'RESET'
  | 'WRITTEN';

/** What a project holds, and what it may hold. */
export type ProjectUsage = {
  __typename?: 'ProjectUsage';
  /** Of all files as they are now. */
  bytes: Scalars['Int']['output'];
  files: Scalars['Int']['output'];
  folders: Scalars['Int']['output'];
  maxBytes: Scalars['Int']['output'];
  maxFiles: Scalars['Int']['output'];
  maxFolders: Scalars['Int']['output'];
};

export type Query = {
  __typename?: 'Query';
  /** One of the caller's projects; an admin may read any. Without an id the caller's default project, null while there is none. */
  project?: Maybe<Project>;
  /** The caller's projects, newest first. */
  projects: Array<Project>;
};


export type QueryProjectArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
};

export type RestoreFileInput = {
  /** The run of an agent that restores. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  /** Refuse with VERSION_CONFLICT unless the file has this version; the empty text means that there is no file now. */
  ifVersion?: InputMaybe<Scalars['String']['input']>;
  path: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
  /** One of the file's versions. */
  revision: Scalars['Int']['input'];
};

export type Subscription = {
  __typename?: 'Subscription';
  /**
   * What happens to the files of a project, in order: first what happened since `after`, as far as it is still known,
   * then everything as it comes. Begins with what comes where `after` is left out.
   */
  projectEvents: ProjectEvent;
};


export type SubscriptionProjectEventsArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  projectId: Scalars['ID']['input'];
};

export type User = {
  __typename?: 'User';
  id: Scalars['ID']['output'];
  /** All that this service keeps about the person, their projects and files, in pages of about 2 MiB (GDPR art. 15 and 20); go on with `after` = `next`. Readable by the user and by admins. */
  projectData: ProjectData;
};


export type UserProjectDataArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
};

export type WriteFileInput = {
  /** The run of an agent that writes: it passes the locks which this run holds, and no others. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  /** At most 524 288 bytes. */
  content: Scalars['String']['input'];
  encoding?: FileEncoding;
  /** Refuse with VERSION_CONFLICT unless the file has this version; the empty text means that there is no file yet. */
  ifVersion?: InputMaybe<Scalars['String']['input']>;
  path: Scalars['String']['input'];
  /** The caller's default project when left out. */
  projectId?: InputMaybe<Scalars['ID']['input']>;
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
  Project: Project;
  User: User;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Project:
    ( { __typename: 'Project' }
    & GraphQLRecursivePick<FederationTypes['Project'], {"id":true}> );
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  CreateFolderInput: CreateFolderInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteFileInput: DeleteFileInput;
  DeletedFile: ResolverTypeWrapper<DeletedFile>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  File: ResolverTypeWrapper<FileMapper>;
  FileEncoding: FileEncoding;
  FileLock: ResolverTypeWrapper<FileLockMapper>;
  FileVersion: ResolverTypeWrapper<FileVersionMapper>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  LockFileInput: LockFileInput;
  MoveFileInput: MoveFileInput;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Project: ResolverTypeWrapper<ProjectMapper>;
  ProjectData: ResolverTypeWrapper<ProjectData>;
  ProjectEvent: ResolverTypeWrapper<ProjectEventMapper>;
  ProjectEventKind: ProjectEventKind;
  ProjectUsage: ResolverTypeWrapper<ProjectUsage>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RestoreFileInput: RestoreFileInput;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  User: ResolverTypeWrapper<UserMapper>;
  WriteFileInput: WriteFileInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  CreateFolderInput: CreateFolderInput;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  DateTime: Scalars['DateTime']['output'];
  DeleteFileInput: DeleteFileInput;
  DeletedFile: DeletedFile;
  Int: Scalars['Int']['output'];
  File: FileMapper;
  FileLock: FileLockMapper;
  FileVersion: FileVersionMapper;
  JSON: Scalars['JSON']['output'];
  LockFileInput: LockFileInput;
  MoveFileInput: MoveFileInput;
  Mutation: Record<PropertyKey, never>;
  Boolean: Scalars['Boolean']['output'];
  Project: ProjectMapper;
  ProjectData: ProjectData;
  ProjectEvent: ProjectEventMapper;
  ProjectUsage: ProjectUsage;
  Query: Record<PropertyKey, never>;
  RestoreFileInput: RestoreFileInput;
  Subscription: Record<PropertyKey, never>;
  User: UserMapper;
  WriteFileInput: WriteFileInput;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeletedFileResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['DeletedFile'] = ResolversParentTypes['DeletedFile']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FileResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['File'] = ResolversParentTypes['File']> = {
  content?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, RequireFields<FileContentArgs, 'encoding'>>;
  diff?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, RequireFields<FileDiffArgs, 'from'>>;
  lock?: Resolver<Maybe<ResolversTypes['FileLock']>, ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  versions?: Resolver<Array<ResolversTypes['FileVersion']>, ParentType, ContextType, RequireFields<FileVersionsArgs, 'first'>>;
};

export type FileLockResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['FileLock'] = ResolversParentTypes['FileLock']> = {
  agent?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  holder?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type FileVersionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['FileVersion'] = ResolversParentTypes['FileVersion']> = {
  agent?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  author?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  content?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, RequireFields<FileVersionContentArgs, 'encoding'>>;
  madeAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type MutationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createFolder?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationCreateFolderArgs, 'input'>>;
  createProject?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationCreateProjectArgs, 'name'>>;
  deleteFile?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteFileArgs, 'input'>>;
  deleteProject?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteProjectArgs, 'id' | 'name'>>;
  lockFile?: Resolver<ResolversTypes['FileLock'], ParentType, ContextType, RequireFields<MutationLockFileArgs, 'input'>>;
  moveFile?: Resolver<Maybe<ResolversTypes['File']>, ParentType, ContextType, RequireFields<MutationMoveFileArgs, 'input'>>;
  renameProject?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationRenameProjectArgs, 'id' | 'name'>>;
  restoreFile?: Resolver<ResolversTypes['File'], ParentType, ContextType, RequireFields<MutationRestoreFileArgs, 'input'>>;
  unlockFile?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationUnlockFileArgs, 'id'>>;
  writeFile?: Resolver<ResolversTypes['File'], ParentType, ContextType, RequireFields<MutationWriteFileArgs, 'input'>>;
};

export type ProjectResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Project'] = ResolversParentTypes['Project'], FederationReferenceType extends FederationReferenceTypes['Project'] = FederationReferenceTypes['Project']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Project']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  deletedFiles?: Resolver<Array<ResolversTypes['DeletedFile']>, ParentType, ContextType, RequireFields<ProjectDeletedFilesArgs, 'first'>>;
  file?: Resolver<Maybe<ResolversTypes['File']>, ParentType, ContextType, RequireFields<ProjectFileArgs, 'path'>>;
  files?: Resolver<Array<ResolversTypes['File']>, ParentType, ContextType, Partial<ProjectFilesArgs>>;
  folders?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  locks?: Resolver<Array<ResolversTypes['FileLock']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  owner?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['ProjectUsage'], ParentType, ContextType>;
};

export type ProjectDataResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ProjectData'] = ResolversParentTypes['ProjectData']> = {
  items?: Resolver<Array<ResolversTypes['JSON']>, ParentType, ContextType>;
  next?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type ProjectEventResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ProjectEvent'] = ResolversParentTypes['ProjectEvent']> = {
  agent?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  author?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ProjectEventKind'], ParentType, ContextType>;
  path?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ProjectUsageResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ProjectUsage'] = ResolversParentTypes['ProjectUsage']> = {
  bytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  files?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  folders?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxBytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxFiles?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxFolders?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, Partial<QueryProjectArgs>>;
  projects?: Resolver<Array<ResolversTypes['Project']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  projectEvents?: SubscriptionResolver<ResolversTypes['ProjectEvent'], "projectEvents", ParentType, ContextType, RequireFields<SubscriptionProjectEventsArgs, 'projectId'>>;
};

export type UserResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectData?: Resolver<ResolversTypes['ProjectData'], ParentType, ContextType, Partial<UserProjectDataArgs>>;
};

export type Resolvers<ContextType = RequestContext> = {
  DateTime?: GraphQLScalarType;
  DeletedFile?: DeletedFileResolvers<ContextType>;
  File?: FileResolvers<ContextType>;
  FileLock?: FileLockResolvers<ContextType>;
  FileVersion?: FileVersionResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  Project?: ProjectResolvers<ContextType>;
  ProjectData?: ProjectDataResolvers<ContextType>;
  ProjectEvent?: ProjectEventResolvers<ContextType>;
  ProjectUsage?: ProjectUsageResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
};

