import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ProjectMapper, FileMapper, FileVersionMapper, FileLockMapper, ProjectEventMapper, ExecutionMapper, ExecutionFileMapper, ExecutionEventMapper, TerminalMapper, TerminalOutputMapper, CheckpointMapper, CheckpointChangeMapper, ChangeSetMapper, ProposedFileMapper, UserMapper } from '../../subgraphs/sandbox/mappers.ts';
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
  /** An instant in ISO 8601, UTC, for example `2026-11-22T19:35:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** A piece of a ZIP archive; all of them put together are the archive. */
export type ArchivePart = {
  __typename?: 'ArchivePart';
  /** In base64; at most 262 144 bytes. */
  data: Scalars['String']['output'];
  isLast: Scalars['Boolean']['output'];
  /** Bytes that came before. */
  offset: Scalars['Int']['output'];
};

export type ArchiveUpload = {
  __typename?: 'ArchiveUpload';
  id: Scalars['ID']['output'];
  /** Bytes that have come: the `offset` of the next part. */
  size: Scalars['Int']['output'];
};

/** Changes of files that somebody proposes, and that are accepted or rejected piece by piece. */
export type ChangeSet = {
  __typename?: 'ChangeSet';
  /** The run of an agent that proposes it. */
  agent?: Maybe<Scalars['ID']['output']>;
  author: User;
  /** The project as it was before any of this was applied; null before that, and once it is forgotten. */
  checkpoint?: Maybe<Checkpoint>;
  /** When the last of it was decided. */
  decidedAt?: Maybe<Scalars['DateTime']['output']>;
  files: Array<ProposedFile>;
  id: Scalars['ID']['output'];
  madeAt: Scalars['DateTime']['output'];
  project: Project;
  reason?: Maybe<Scalars['String']['output']>;
  status: ChangeSetStatus;
  title: Scalars['String']['output'];
};

export type ChangeSetStatus =
  | 'APPLIED'
  /** Decided, and some of it rejected. */
  | 'PARTLY_APPLIED'
  /** Something of it is open. */
  | 'PROPOSED'
  | 'REJECTED';

/** What a project held at a moment. */
export type Checkpoint = {
  __typename?: 'Checkpoint';
  /** The run of an agent that made it. */
  agent?: Maybe<Scalars['ID']['output']>;
  author: User;
  /** Of all its files. */
  bytes: Scalars['Int']['output'];
  cause: CheckpointCause;
  /** The files that are not now what they are in it, by path. */
  changes: Array<CheckpointChange>;
  files: Scalars['Int']['output'];
  id: Scalars['ID']['output'];
  madeAt: Scalars['DateTime']['output'];
  name: Scalars['String']['output'];
  /** Of the last change that it has seen. */
  revision: Scalars['Int']['output'];
};


/** What a project held at a moment. */
export type CheckpointChangesArgs = {
  first?: Scalars['Int']['input'];
};

export type CheckpointCause =
  /** It stays until it is deleted; a project has at most 30 of these. */
  | 'ASKED'
  /** Made before a change set was applied. Of this kind and the next ones the newest 20 are kept. */
  | 'CHANGE_SET'
  /** Made before an archive was taken in. */
  | 'IMPORT'
  /** Made before an earlier checkpoint was restored. */
  | 'RESTORE';

export type CheckpointChange = {
  __typename?: 'CheckpointChange';
  /** The present version; null for a file that is gone since. */
  after?: Maybe<Scalars['String']['output']>;
  /** The version that the checkpoint has; null for a file that is new since. */
  before?: Maybe<Scalars['String']['output']>;
  /** From then to now, as a unified patch. Null where one of the contents is not UTF-8. */
  patch?: Maybe<Scalars['String']['output']>;
  path: Scalars['String']['output'];
};

export type CreateCheckpointInput = {
  /** The run of an agent that makes it. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  /** One line, at most 200 characters. */
  name: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
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

/** What may run a program, by the name that `execute` takes. */
export type Engine = {
  __typename?: 'Engine';
  available: Scalars['Boolean']['output'];
  /** For example `bubblewrap 0.8.0`; null where it is not available. */
  driver?: Maybe<Scalars['String']['output']>;
  /** What holds the program, for example `namespaces+seccomp`. */
  isolation?: Maybe<Scalars['String']['output']>;
  /** What to do about it. */
  mend?: Maybe<Scalars['String']['output']>;
  /** For example `run:python`. The names `python`, `node` and `bash` stand for the best engine that this host has. */
  name: Scalars['String']['output'];
  /** Why it is not available. */
  reason?: Maybe<Scalars['String']['output']>;
  /** Limits that this host cannot hold exactly. */
  reductions: Array<Scalars['String']['output']>;
  /** By how much longer a program takes than on the host; limits of time are multiplied by it. */
  slowdown: Scalars['Float']['output'];
};

/** What to run: `code`, or a file at `path`. */
export type ExecuteInput = {
  args?: InputMaybe<Array<Scalars['String']['input']>>;
  /** The program itself, at most 524288 bytes: as text, for `wasm` in base64. */
  code?: InputMaybe<Scalars['String']['input']>;
  /** Patterns (`*`, `**`, `?`) of files that the program leaves behind and the result brings back. */
  collect?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Twice `timeoutMs` when left out. */
  cpuMs?: InputMaybe<Scalars['Int']['input']>;
  /** 128 when left out. */
  diskMb?: InputMaybe<Scalars['Int']['input']>;
  /**
   * `run:python`, `run:node`, `run:bash`, `wasm`, `wasm:python`, `wasm:javascript`, `micro:python`, `micro:node`; or
   * `python`, `node`, `bash` for the best that this host has.
   */
  engine: Scalars['String']['input'];
  env?: InputMaybe<Array<VariableInput>>;
  /** Laid over the files of the project. */
  files?: InputMaybe<Array<ExecutionFileInput>>;
  /** With the same key the same request is one execution, however often it is sent. At most 128 characters. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Calls one exported function instead of the command; only for `wasm`. */
  invoke?: InputMaybe<InvokeInput>;
  /** 256 when left out. */
  memoryMb?: InputMaybe<Scalars['Int']['input']>;
  /** 1048576 when left out. */
  outputBytes?: InputMaybe<Scalars['Int']['input']>;
  /** A file of the project, or of `files`. */
  path?: InputMaybe<Scalars['String']['input']>;
  /** 64 when left out. */
  processes?: InputMaybe<Scalars['Int']['input']>;
  /** Whose files lie in the working folder. The caller's default project when left out, unless `files` are given. */
  projectId?: InputMaybe<Scalars['ID']['input']>;
  /** All of stdin; it ends after that, so by default at once. */
  stdin?: InputMaybe<Scalars['String']['input']>;
  stdinEncoding?: FileEncoding;
  /** 10000 when left out. This and the others are cut to what the role may have; see `Execution.limits`. */
  timeoutMs?: InputMaybe<Scalars['Int']['input']>;
};

/** A program that is run, was run or waits for its turn. */
export type Execution = {
  __typename?: 'Execution';
  /** Null where the engine cannot tell, as for `peakMemoryBytes`. */
  cpuMs?: Maybe<Scalars['Int']['output']>;
  createdAt: Scalars['DateTime']['output'];
  driver: Scalars['String']['output'];
  endedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The engine that it came to, for example `run:python` for `python`. */
  engine: Scalars['String']['output'];
  /** Null when it was ended by a signal or never ran. */
  exitCode?: Maybe<Scalars['Int']['output']>;
  /** What `collect` matched, by path. */
  files: Array<ExecutionFile>;
  id: Scalars['ID']['output'];
  isolation: Scalars['String']['output'];
  /** The limits that held: what was asked for, at most what the role may have, times stretched by the engine's slowdown. */
  limits: ExecutionLimits;
  /** One sentence where the status alone does not tell enough. */
  message?: Maybe<Scalars['String']['output']>;
  peakMemoryBytes?: Maybe<Scalars['Float']['output']>;
  /** Whose files it had; null where it had none. */
  project?: Maybe<Project>;
  /** How long it waited for its turn. */
  queuedMs?: Maybe<Scalars['Int']['output']>;
  /** For example `SIGKILL`. */
  signal?: Maybe<Scalars['String']['output']>;
  startedAt?: Maybe<Scalars['DateTime']['output']>;
  status: ExecutionStatus;
  stderr: Scalars['String']['output'];
  /**
   * What it wrote: as text, or exactly in base64. All of it in the answer to `execute`; later its first and its last 65536
   * bytes, with a line between them that says how much is missing.
   */
  stdout: Scalars['String']['output'];
  timedOut: Scalars['Boolean']['output'];
  /** Bytes that it wrote, delivered or not. */
  totals: OutputTotals;
  /** Whether `stdout` and `stderr` hold less than it wrote. */
  truncated: OutputTruncation;
  user: User;
  wallMs?: Maybe<Scalars['Int']['output']>;
};


/** A program that is run, was run or waits for its turn. */
export type ExecutionStderrArgs = {
  encoding?: FileEncoding;
};


/** A program that is run, was run or waits for its turn. */
export type ExecutionStdoutArgs = {
  encoding?: FileEncoding;
};

export type ExecutionEvent = {
  __typename?: 'ExecutionEvent';
  /** Exactly what was written, in base64. */
  data?: Maybe<Scalars['String']['output']>;
  /** The execution as it is now. */
  execution: Execution;
  executionId: Scalars['ID']['output'];
  exitCode?: Maybe<Scalars['Int']['output']>;
  /** Of TRUNCATED: how many events this reader has lost, the last of them the one of this number. */
  lost?: Maybe<Scalars['Int']['output']>;
  /** From 1 on, over both streams; go on with `after` = `sequence`. */
  sequence: Scalars['Int']['output'];
  /** Of EXITED, as is `exitCode`. */
  status?: Maybe<ExecutionStatus>;
  /** Of OUTPUT, as are `text` and `data`. */
  stream?: Maybe<OutputStream>;
  /** The output as text; a character that was written in parts is in the event of its last part. */
  text?: Maybe<Scalars['String']['output']>;
  type: ExecutionEventType;
};

export type ExecutionEventType =
  /** The last one, always. */
  | 'EXITED'
  | 'OUTPUT'
  | 'QUEUED'
  | 'STARTED'
  | 'TRUNCATED';

export type ExecutionFile = {
  __typename?: 'ExecutionFile';
  /** As text, null when it is not UTF-8, or in base64. Null also where the history does not keep it: 1 MiB of each execution is. */
  content?: Maybe<Scalars['String']['output']>;
  path: Scalars['String']['output'];
  /** In bytes. */
  size: Scalars['Int']['output'];
};


export type ExecutionFileContentArgs = {
  encoding?: FileEncoding;
};

export type ExecutionFileInput = {
  /** At most 524288 bytes. */
  content: Scalars['String']['input'];
  encoding?: FileEncoding;
  path: Scalars['String']['input'];
};

export type ExecutionLimits = {
  __typename?: 'ExecutionLimits';
  cpuMs: Scalars['Int']['output'];
  /** Of the working folder and the temporary one, each. */
  diskBytes: Scalars['Float']['output'];
  memoryBytes: Scalars['Float']['output'];
  /** Of stdout and stderr together. */
  outputBytes: Scalars['Int']['output'];
  processes: Scalars['Int']['output'];
  /** From the start of the program to its end. */
  wallMs: Scalars['Int']['output'];
};

export type ExecutionStatus =
  | 'CANCELLED'
  | 'CPU_EXCEEDED'
  | 'DISK_EXCEEDED'
  /** The engine broke; the program is not to blame. */
  | 'ENGINE_FAILED'
  /** It ended with another code. */
  | 'FAILED'
  /** The process of the sandbox that ran it has ended, and the program with it. */
  | 'LOST'
  | 'MEMORY_EXCEEDED'
  | 'OUTPUT_EXCEEDED'
  | 'QUEUED'
  | 'RUNNING'
  | 'SIGNALED'
  /** It ended with code 0. */
  | 'SUCCEEDED'
  | 'TIMED_OUT';

export type ExistingFiles =
  | 'KEEP'
  /** The archive is refused with VERSION_CONFLICT, which names them as `paths`. */
  | 'REFUSE'
  | 'REPLACE';

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

export type FileMatches = {
  __typename?: 'FileMatches';
  /** Whether there are more in this file. */
  isCut: Scalars['Boolean']['output'];
  /** At most 200. */
  matches: Array<SearchMatch>;
  path: Scalars['String']['output'];
};

/** Some lines of a file. */
export type FilePart = {
  __typename?: 'FilePart';
  id: Scalars['ID']['output'];
  /** The first of its lines, counted from 1. */
  line: Scalars['Int']['output'];
  /** Of one of the files that have this content. */
  path: Scalars['String']['output'];
  text: Scalars['String']['output'];
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

/** Lines that take the place of others. */
export type Hunk = {
  __typename?: 'Hunk';
  added?: Maybe<Scalars['String']['output']>;
  /** Null while it is open. */
  decision?: Maybe<HunkDecision>;
  id: Scalars['ID']['output'];
  /** The first line of the base that it is about, counted from 1; where it removes none, it stands before that line. */
  line: Scalars['Int']['output'];
  /** As they are in the base, each with its end; null when the file is not UTF-8. */
  removed?: Maybe<Scalars['String']['output']>;
};

export type HunkDecision =
  | 'ACCEPTED'
  | 'REJECTED';

export type ImportArchiveInput = {
  /** The run of an agent that imports it. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  /** An archive that needs no parts, in base64: at most 720 000 bytes. */
  data?: InputMaybe<Scalars['String']['input']>;
  existing?: ExistingFiles;
  /** Where everything goes; the project itself when left out. */
  folder?: InputMaybe<Scalars['String']['input']>;
  projectId: Scalars['ID']['input'];
  /** What was uploaded in parts; it is forgotten once it is imported. */
  upload?: InputMaybe<Scalars['ID']['input']>;
};

export type ImportedArchive = {
  __typename?: 'ImportedArchive';
  /** Of these files. */
  bytes: Scalars['Int']['output'];
  /** The project as it was before; null when nothing was changed. */
  checkpoint?: Maybe<Checkpoint>;
  /** Files that were written. */
  files: Scalars['Int']['output'];
  /** Files of the archive that were there already and left as they are. */
  kept: Array<Scalars['String']['output']>;
};

export type InvokeInput = {
  /** Numbers; whole ones of 64 bits as text. */
  args?: Array<Scalars['JSON']['input']>;
  function: Scalars['String']['input'];
};

export type KeepVectorsInput = {
  model: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
  vectors: Array<PartVectorInput>;
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
  /** Ends one of the caller's executions with all its processes, or takes it from the queue. One that has ended stays as it is. */
  cancelExecution: Execution;
  /** Ends a terminal with all its processes, or takes one that has ended from the list; false when there is none any more. */
  closeTerminal: Scalars['Boolean']['output'];
  /** Keeps what the project holds now, to be restored or compared later. Contents are shared, so that it costs little. */
  createCheckpoint: Checkpoint;
  /** Makes a folder, and those above it. One that is there already is fine. */
  createFolder: Scalars['Boolean']['output'];
  createProject: Project;
  /**
   * Accepts and rejects parts of a change set, by the ids of hunks or of files (all of a file that is open). All that is
   * accepted is applied at once or nothing is, after a checkpoint. Where others have changed a file meanwhile, both changes
   * are put together if they touch different lines; else VERSION_CONFLICT names the files, as `paths`.
   */
  decideChangeSet: ChangeSet;
  /** False when there is none any more. */
  deleteCheckpoint: Scalars['Boolean']['output'];
  /** Deletes a file, or a folder with all that is below it. `restoreFile` brings deleted files back. */
  deleteFile: Scalars['Boolean']['output'];
  /** Deletes one of the caller's projects with its files and their past, for good. `name` must be its name. */
  deleteProject: Scalars['Boolean']['output'];
  /**
   * Runs a program in isolation and answers at its end. Whatever it does is a result, not an error. Without
   * `idempotencyKey`, going away ends it.
   */
  execute: Execution;
  /**
   * Writes the files of a ZIP archive, all of them or none, after a checkpoint. It has at most 2 000 entries, which hold
   * 32 MiB together and 524 288 bytes each; links, encrypted entries and paths that the rules refuse are refused with it.
   */
  importArchive: ImportedArchive;
  /** Keeps vectors of parts, 256 at most at once; answers how many. A part that `partsToEmbed` does not know is left out. */
  keepVectors: Scalars['Int']['output'];
  /** Keeps others from writing to a file, or to a folder and all below it. Whoever holds it already holds it longer. */
  lockFile: FileLock;
  /** Moves a file, or a folder with all that is below it, to a place where nothing is. Answers the file, null for a folder. */
  moveFile?: Maybe<File>;
  /**
   * Opens a shell in a terminal, over a copy of a project's files. It ends with the session or key that opened it, when
   * nobody has read or typed for a while, and after 12 hours.
   */
  openTerminal: Terminal;
  /**
   * Parts of a project's files that have no vector of this model yet, none when all have one. Make vectors of their texts by
   * `embed`, and hand them to `keepVectors`. A part is of a content: it keeps its vector when its file is moved.
   */
  partsToEmbed: Array<FilePart>;
  /** Proposes changes of files, of which none happens before it is accepted. */
  proposeChangeSet: ChangeSet;
  /** Gives one of the caller's projects another name. */
  renameProject: Project;
  /** The program in the foreground is told of the new size. */
  resizeTerminal: Terminal;
  /** Makes the project again what it was, whole or not at all. Answers the checkpoint of what it was before this. */
  restoreCheckpoint: Checkpoint;
  /** Writes what a file held before, deleted ones included. */
  restoreFile: File;
  /** Runs a program in isolation and answers at once; `executionEvents` follows it. */
  startExecution: Execution;
  /**
   * Types bytes, at most 16384, in base64. Whoever types numbers the messages from 1 on, so that one that is sent again is
   * taken once. Answers the number of the last one that was taken.
   */
  typeInTerminal: Scalars['Int']['output'];
  /** Releases a lock in one of the caller's projects, also one that an agent holds; false when there is none any more. */
  unlockFile: Scalars['Boolean']['output'];
  /** Takes a part of a ZIP archive in, in order, to be imported when it is whole. What is not imported within an hour is forgotten. */
  uploadArchive: ArchiveUpload;
  /** Writes a whole file, making its folders. The file appears whole or not at all. */
  writeFile: File;
};


export type MutationCancelExecutionArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCloseTerminalArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateCheckpointArgs = {
  input: CreateCheckpointInput;
};


export type MutationCreateFolderArgs = {
  input: CreateFolderInput;
};


export type MutationCreateProjectArgs = {
  name: Scalars['String']['input'];
};


export type MutationDecideChangeSetArgs = {
  accept?: Array<Scalars['ID']['input']>;
  agent?: InputMaybe<Scalars['ID']['input']>;
  id: Scalars['ID']['input'];
  reject?: Array<Scalars['ID']['input']>;
  rest?: InputMaybe<HunkDecision>;
};


export type MutationDeleteCheckpointArgs = {
  id: Scalars['ID']['input'];
  projectId: Scalars['ID']['input'];
};


export type MutationDeleteFileArgs = {
  input: DeleteFileInput;
};


export type MutationDeleteProjectArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


export type MutationExecuteArgs = {
  input: ExecuteInput;
};


export type MutationImportArchiveArgs = {
  input: ImportArchiveInput;
};


export type MutationKeepVectorsArgs = {
  input: KeepVectorsInput;
};


export type MutationLockFileArgs = {
  input: LockFileInput;
};


export type MutationMoveFileArgs = {
  input: MoveFileInput;
};


export type MutationOpenTerminalArgs = {
  input: OpenTerminalInput;
};


export type MutationPartsToEmbedArgs = {
  first?: Scalars['Int']['input'];
  model: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
};


export type MutationProposeChangeSetArgs = {
  input: ProposeChangeSetInput;
};


export type MutationRenameProjectArgs = {
  id: Scalars['ID']['input'];
  name: Scalars['String']['input'];
};


export type MutationResizeTerminalArgs = {
  columns: Scalars['Int']['input'];
  id: Scalars['ID']['input'];
  rows: Scalars['Int']['input'];
};


export type MutationRestoreCheckpointArgs = {
  agent?: InputMaybe<Scalars['ID']['input']>;
  id: Scalars['ID']['input'];
  projectId: Scalars['ID']['input'];
};


export type MutationRestoreFileArgs = {
  input: RestoreFileInput;
};


export type MutationStartExecutionArgs = {
  input: ExecuteInput;
};


export type MutationTypeInTerminalArgs = {
  data: Scalars['String']['input'];
  id: Scalars['ID']['input'];
  sequence: Scalars['Int']['input'];
  writer?: Scalars['String']['input'];
};


export type MutationUnlockFileArgs = {
  id: Scalars['ID']['input'];
};


export type MutationUploadArchiveArgs = {
  input: UploadArchiveInput;
};


export type MutationWriteFileArgs = {
  input: WriteFileInput;
};

export type OpenTerminalInput = {
  /** From 1 to 1000. */
  columns?: Scalars['Int']['input'];
  /** `run:bash`, `run:python`, `run:node`, `micro:python`, `micro:node`; or `bash`, `python`, `node` for the best that this host has. */
  engine?: Scalars['String']['input'];
  /** Whose files lie in the working folder; the caller's default project when left out. */
  projectId?: InputMaybe<Scalars['ID']['input']>;
  /** From 1 to 500. */
  rows?: Scalars['Int']['input'];
};

export type OutputStream =
  | 'STDERR'
  | 'STDOUT';

export type OutputTotals = {
  __typename?: 'OutputTotals';
  stderr: Scalars['Float']['output'];
  stdout: Scalars['Float']['output'];
};

export type OutputTruncation = {
  __typename?: 'OutputTruncation';
  stderr: Scalars['Boolean']['output'];
  stdout: Scalars['Boolean']['output'];
};

export type PartVectorInput = {
  /** The id of the part. */
  part: Scalars['ID']['input'];
  /** At most 8192 numbers; the same number for all of a model. */
  vector: Array<Scalars['Float']['input']>;
};

export type Project = {
  __typename?: 'Project';
  /** Newest first; those of one status where it is named. */
  changeSets: Array<ChangeSet>;
  /** Newest first. */
  checkpoints: Array<Checkpoint>;
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


export type ProjectChangeSetsArgs = {
  first?: Scalars['Int']['input'];
  status?: InputMaybe<ChangeSetStatus>;
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

export type ProposeChangeSetInput = {
  /** The run of an agent that proposes it. */
  agent?: InputMaybe<Scalars['ID']['input']>;
  /** At most 100, each path once. */
  files: Array<ProposedFileInput>;
  projectId: Scalars['ID']['input'];
  /** At most 10000 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** One line, at most 200 characters. */
  title: Scalars['String']['input'];
};

export type ProposedFile = {
  __typename?: 'ProposedFile';
  /** The version that the author had read; the empty text where there was no file. */
  baseVersion: Scalars['String']['output'];
  /** What the author proposes: as text, null when it is not UTF-8 or the file is to be deleted, or in base64. */
  content?: Maybe<Scalars['String']['output']>;
  /** The file as it is now; null where there is none. */
  file?: Maybe<File>;
  /** The pieces that are decided on one by one; a single one for a file that comes, goes or is not UTF-8. */
  hunks: Array<Hunk>;
  /** Stands for all of its hunks that are open. */
  id: Scalars['ID']['output'];
  kind: ProposedFileKind;
  path: Scalars['String']['output'];
};


export type ProposedFileContentArgs = {
  encoding?: FileEncoding;
};

/** What a file is to hold. */
export type ProposedFileInput = {
  /** The version that was read, the empty text for no file; what is there now when left out. */
  baseVersion?: InputMaybe<Scalars['String']['input']>;
  /** The whole of it, at most 524 288 bytes; left out to delete the file. */
  content?: InputMaybe<Scalars['String']['input']>;
  encoding?: FileEncoding;
  path: Scalars['String']['input'];
};

export type ProposedFileKind =
  | 'CHANGED'
  | 'CREATED'
  | 'DELETED';

export type Query = {
  __typename?: 'Query';
  /** A change set of one of the caller's projects; an admin may read any. */
  changeSet: ChangeSet;
  /** Every engine, with what this host lacks for those that it cannot run. */
  engines: Array<Engine>;
  /** One of the caller's executions; an admin may read any. */
  execution?: Maybe<Execution>;
  /** The caller's executions, newest first; of one project where it is named. Go on with `after` = the last one's id. */
  executions: Array<Execution>;
  /** One of the caller's projects; an admin may read any. Without an id the caller's default project, null while there is none. */
  project?: Maybe<Project>;
  /** The caller's projects, newest first. */
  projects: Array<Project>;
  /** The first places where a pattern matches in the files of a project, by path. */
  searchProject: SearchResult;
  /** Parts of a project's files that are nearest in meaning to a vector, nearest first; those that have a vector of the model. */
  similarParts: Array<SimilarPart>;
  /** The caller's terminals, oldest first, with those that ended in the last ten minutes. */
  terminals: Array<Terminal>;
};


export type QueryChangeSetArgs = {
  id: Scalars['ID']['input'];
};


export type QueryExecutionArgs = {
  id: Scalars['ID']['input'];
};


export type QueryExecutionsArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  first?: Scalars['Int']['input'];
  projectId?: InputMaybe<Scalars['ID']['input']>;
};


export type QueryProjectArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
};


export type QuerySearchProjectArgs = {
  first?: Scalars['Int']['input'];
  input: SearchInput;
};


export type QuerySimilarPartsArgs = {
  first?: Scalars['Int']['input'];
  input: SimilarPartsInput;
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

export type SearchEvent = {
  __typename?: 'SearchEvent';
  /** Null in the last event, and in one that tells only how far the search has come. */
  file?: Maybe<FileMatches>;
  /** Whether there may be more than this. */
  isCut: Scalars['Boolean']['output'];
  isLast: Scalars['Boolean']['output'];
  /** Matches so far. */
  matches: Scalars['Int']['output'];
  /** Files that were looked through, of `total`. */
  searched: Scalars['Int']['output'];
  total: Scalars['Int']['output'];
};

export type SearchInput = {
  /** No files that match one of these. */
  exclude?: Array<Scalars['String']['input']>;
  /**
   * Only files that match one of these: `*` is any part of a name, `?` one character of it, `**` any folders. Without `/` a
   * pattern is for a name in any folder, and one that matches a folder is for all below it. At most 20.
   */
  include?: Array<Scalars['String']['input']>;
  /** An ECMAScript expression in Unicode mode, matched within each line. One that takes longer than 2 s for 2 MiB ends with TIMEOUT. */
  isRegex?: Scalars['Boolean']['input'];
  matchCase?: Scalars['Boolean']['input'];
  projectId: Scalars['ID']['input'];
  /** One line, at most 500 characters. */
  text: Scalars['String']['input'];
  wholeWord?: Scalars['Boolean']['input'];
};

export type SearchMatch = {
  __typename?: 'SearchMatch';
  /** Counted from 1, in UTF-16 units. */
  column: Scalars['Int']['output'];
  end: Scalars['Int']['output'];
  /** Counted from 1. */
  line: Scalars['Int']['output'];
  /** Where the match begins and ends in `text`, in UTF-16 units. */
  start: Scalars['Int']['output'];
  /** The line; of a long one 300 UTF-16 units around the match. */
  text: Scalars['String']['output'];
};

export type SearchResult = {
  __typename?: 'SearchResult';
  files: Array<FileMatches>;
  /** Whether there may be more than this. */
  isCut: Scalars['Boolean']['output'];
  matches: Scalars['Int']['output'];
  /** Files that were looked through; what is no text, and so has no lines, included. */
  searched: Scalars['Int']['output'];
};

export type SimilarPart = {
  __typename?: 'SimilarPart';
  id: Scalars['ID']['output'];
  /** The first of its lines, counted from 1. */
  line: Scalars['Int']['output'];
  path: Scalars['String']['output'];
  /** The cosine of the two vectors: 1 for the same direction. */
  similarity: Scalars['Float']['output'];
  text: Scalars['String']['output'];
};

export type SimilarPartsInput = {
  /** The embedding model that made the vector. */
  model: Scalars['String']['input'];
  projectId: Scalars['ID']['input'];
  /** Of the text that is looked for, by `embed` with the same model. */
  vector: Array<Scalars['Float']['input']>;
};

export type Subscription = {
  __typename?: 'Subscription';
  /** Runs a program and tells what it does as it does it. Leaving the subscription ends the program; a slow reader makes it wait. */
  execute: ExecutionEvent;
  /**
   * What one of the caller's executions does: first what it did since `after`, as far as it is still known, then what it
   * does, to its end. Leaving changes nothing.
   */
  executionEvents: ExecutionEvent;
  /** The files and folders of a project as a ZIP archive, piece by piece; `GET /projects/{id}/archive` answers it as a file. */
  exportProject: ArchivePart;
  /**
   * What happens to the files of a project, in order: first what happened since `after`, as far as it is still known,
   * then everything as it comes. Begins with what comes where `after` is left out.
   */
  projectEvents: ProjectEvent;
  /** Tells where a pattern matches in the files of a project as it is found, by path. A stream that nobody reads for 30 s ends. */
  searchProject: SearchEvent;
  /**
   * What one of the caller's terminals shows, from the byte `after` on. It ends after 131072 bytes, and with `ended`; before
   * `ended` subscribe again, with `after` = the end of what has arrived. The program waits for that when it is 262144 bytes
   * ahead.
   */
  terminalOutput: TerminalOutput;
};


export type SubscriptionExecuteArgs = {
  input: ExecuteInput;
};


export type SubscriptionExecutionEventsArgs = {
  after?: Scalars['Int']['input'];
  id: Scalars['ID']['input'];
};


export type SubscriptionExportProjectArgs = {
  projectId: Scalars['ID']['input'];
};


export type SubscriptionProjectEventsArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  projectId: Scalars['ID']['input'];
};


export type SubscriptionSearchProjectArgs = {
  first?: Scalars['Int']['input'];
  input: SearchInput;
};


export type SubscriptionTerminalOutputArgs = {
  after?: Scalars['Float']['input'];
  id: Scalars['ID']['input'];
};

/** A shell in a terminal. */
export type Terminal = {
  __typename?: 'Terminal';
  columns: Scalars['Int']['output'];
  driver: Scalars['String']['output'];
  /** Null while it lives. */
  ended?: Maybe<TerminalEnd>;
  /** The engine that it came to, for example `run:bash` for `bash`. */
  engine: Scalars['String']['output'];
  /** Of its shell; null when that was ended by a signal. */
  exitCode?: Maybe<Scalars['Int']['output']>;
  id: Scalars['ID']['output'];
  isolation: Scalars['String']['output'];
  openedAt: Scalars['DateTime']['output'];
  /** Whose files it began with; null where it had none. */
  project?: Maybe<Project>;
  rows: Scalars['Int']['output'];
};

/** Why a terminal is over. */
export type TerminalEnd =
  | 'CLOSED'
  | 'CPU_EXCEEDED'
  | 'DISK_EXCEEDED'
  /** The engine broke; the program is not to blame. */
  | 'ENGINE_FAILED'
  /** Its shell ended. */
  | 'EXITED'
  /** Nobody had read or typed for a while. */
  | 'IDLE'
  | 'MEMORY_EXCEEDED'
  /** The session or key that opened it has ended, or may not run code any more. */
  | 'SESSION_ENDED'
  /** The sandbox was stopped. */
  | 'STOPPED'
  | 'TIMED_OUT';

export type TerminalOutput = {
  __typename?: 'TerminalOutput';
  /** Exactly what the program wrote, in base64; what a terminal makes of it is the reader's. */
  data: Scalars['String']['output'];
  /** In the last one; null before. */
  ended?: Maybe<TerminalEnd>;
  exitCode?: Maybe<Scalars['Int']['output']>;
  /** Bytes before `offset` that are not known any more: more came than this reader has fetched. */
  lost: Scalars['Float']['output'];
  /** Of the first byte of `data`, from 0 on. */
  offset: Scalars['Float']['output'];
};

export type UploadArchiveInput = {
  /** In base64; at most 720 000 bytes. The whole archive has at most 16 MiB. */
  data: Scalars['String']['input'];
  /** Bytes that came before this part. */
  offset?: Scalars['Int']['input'];
  projectId: Scalars['ID']['input'];
  /** Left out for the first part. */
  upload?: InputMaybe<Scalars['ID']['input']>;
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

export type VariableInput = {
  name: Scalars['String']['input'];
  value: Scalars['String']['input'];
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
  Execution: Execution;
  Project: Project;
  User: User;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Execution:
    ( { __typename: 'Execution' }
    & GraphQLRecursivePick<FederationTypes['Execution'], {"id":true}> );
  Project:
    ( { __typename: 'Project' }
    & GraphQLRecursivePick<FederationTypes['Project'], {"id":true}> );
  User:
    ( { __typename: 'User' }
    & GraphQLRecursivePick<FederationTypes['User'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  ArchivePart: ResolverTypeWrapper<ArchivePart>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  ArchiveUpload: ResolverTypeWrapper<ArchiveUpload>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  ChangeSet: ResolverTypeWrapper<ChangeSetMapper>;
  ChangeSetStatus: ChangeSetStatus;
  Checkpoint: ResolverTypeWrapper<CheckpointMapper>;
  CheckpointCause: CheckpointCause;
  CheckpointChange: ResolverTypeWrapper<CheckpointChangeMapper>;
  CreateCheckpointInput: CreateCheckpointInput;
  CreateFolderInput: CreateFolderInput;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteFileInput: DeleteFileInput;
  DeletedFile: ResolverTypeWrapper<DeletedFile>;
  Engine: ResolverTypeWrapper<Engine>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ExecuteInput: ExecuteInput;
  Execution: ResolverTypeWrapper<ExecutionMapper>;
  ExecutionEvent: ResolverTypeWrapper<ExecutionEventMapper>;
  ExecutionEventType: ExecutionEventType;
  ExecutionFile: ResolverTypeWrapper<ExecutionFileMapper>;
  ExecutionFileInput: ExecutionFileInput;
  ExecutionLimits: ResolverTypeWrapper<ExecutionLimits>;
  ExecutionStatus: ExecutionStatus;
  ExistingFiles: ExistingFiles;
  File: ResolverTypeWrapper<FileMapper>;
  FileEncoding: FileEncoding;
  FileLock: ResolverTypeWrapper<FileLockMapper>;
  FileMatches: ResolverTypeWrapper<FileMatches>;
  FilePart: ResolverTypeWrapper<FilePart>;
  FileVersion: ResolverTypeWrapper<FileVersionMapper>;
  Hunk: ResolverTypeWrapper<Hunk>;
  HunkDecision: HunkDecision;
  ImportArchiveInput: ImportArchiveInput;
  ImportedArchive: ResolverTypeWrapper<Omit<ImportedArchive, 'checkpoint'> & { checkpoint?: Maybe<ResolversTypes['Checkpoint']> }>;
  InvokeInput: InvokeInput;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  KeepVectorsInput: KeepVectorsInput;
  LockFileInput: LockFileInput;
  MoveFileInput: MoveFileInput;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  OpenTerminalInput: OpenTerminalInput;
  OutputStream: OutputStream;
  OutputTotals: ResolverTypeWrapper<OutputTotals>;
  OutputTruncation: ResolverTypeWrapper<OutputTruncation>;
  PartVectorInput: PartVectorInput;
  Project: ResolverTypeWrapper<ProjectMapper>;
  ProjectData: ResolverTypeWrapper<ProjectData>;
  ProjectEvent: ResolverTypeWrapper<ProjectEventMapper>;
  ProjectEventKind: ProjectEventKind;
  ProjectUsage: ResolverTypeWrapper<ProjectUsage>;
  ProposeChangeSetInput: ProposeChangeSetInput;
  ProposedFile: ResolverTypeWrapper<ProposedFileMapper>;
  ProposedFileInput: ProposedFileInput;
  ProposedFileKind: ProposedFileKind;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RestoreFileInput: RestoreFileInput;
  SearchEvent: ResolverTypeWrapper<SearchEvent>;
  SearchInput: SearchInput;
  SearchMatch: ResolverTypeWrapper<SearchMatch>;
  SearchResult: ResolverTypeWrapper<SearchResult>;
  SimilarPart: ResolverTypeWrapper<SimilarPart>;
  SimilarPartsInput: SimilarPartsInput;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Terminal: ResolverTypeWrapper<TerminalMapper>;
  TerminalEnd: TerminalEnd;
  TerminalOutput: ResolverTypeWrapper<TerminalOutputMapper>;
  UploadArchiveInput: UploadArchiveInput;
  User: ResolverTypeWrapper<UserMapper>;
  VariableInput: VariableInput;
  WriteFileInput: WriteFileInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  ArchivePart: ArchivePart;
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
  Int: Scalars['Int']['output'];
  ArchiveUpload: ArchiveUpload;
  ID: Scalars['ID']['output'];
  ChangeSet: ChangeSetMapper;
  Checkpoint: CheckpointMapper;
  CheckpointChange: CheckpointChangeMapper;
  CreateCheckpointInput: CreateCheckpointInput;
  CreateFolderInput: CreateFolderInput;
  DateTime: Scalars['DateTime']['output'];
  DeleteFileInput: DeleteFileInput;
  DeletedFile: DeletedFile;
  Engine: Engine;
  Float: Scalars['Float']['output'];
  ExecuteInput: ExecuteInput;
  Execution: ExecutionMapper;
  ExecutionEvent: ExecutionEventMapper;
  ExecutionFile: ExecutionFileMapper;
  ExecutionFileInput: ExecutionFileInput;
  ExecutionLimits: ExecutionLimits;
  File: FileMapper;
  FileLock: FileLockMapper;
  FileMatches: FileMatches;
  FilePart: FilePart;
  FileVersion: FileVersionMapper;
  Hunk: Hunk;
  ImportArchiveInput: ImportArchiveInput;
  ImportedArchive: Omit<ImportedArchive, 'checkpoint'> & { checkpoint?: Maybe<ResolversParentTypes['Checkpoint']> };
  InvokeInput: InvokeInput;
  JSON: Scalars['JSON']['output'];
  KeepVectorsInput: KeepVectorsInput;
  LockFileInput: LockFileInput;
  MoveFileInput: MoveFileInput;
  Mutation: Record<PropertyKey, never>;
  OpenTerminalInput: OpenTerminalInput;
  OutputTotals: OutputTotals;
  OutputTruncation: OutputTruncation;
  PartVectorInput: PartVectorInput;
  Project: ProjectMapper;
  ProjectData: ProjectData;
  ProjectEvent: ProjectEventMapper;
  ProjectUsage: ProjectUsage;
  ProposeChangeSetInput: ProposeChangeSetInput;
  ProposedFile: ProposedFileMapper;
  ProposedFileInput: ProposedFileInput;
  Query: Record<PropertyKey, never>;
  RestoreFileInput: RestoreFileInput;
  SearchEvent: SearchEvent;
  SearchInput: SearchInput;
  SearchMatch: SearchMatch;
  SearchResult: SearchResult;
  SimilarPart: SimilarPart;
  SimilarPartsInput: SimilarPartsInput;
  Subscription: Record<PropertyKey, never>;
  Terminal: TerminalMapper;
  TerminalOutput: TerminalOutputMapper;
  UploadArchiveInput: UploadArchiveInput;
  User: UserMapper;
  VariableInput: VariableInput;
  WriteFileInput: WriteFileInput;
};

export type ArchivePartResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ArchivePart'] = ResolversParentTypes['ArchivePart']> = {
  data?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isLast?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  offset?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ArchiveUploadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ArchiveUpload'] = ResolversParentTypes['ArchiveUpload']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ChangeSetResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ChangeSet'] = ResolversParentTypes['ChangeSet']> = {
  agent?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  author?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  checkpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
  decidedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  files?: Resolver<Array<ResolversTypes['ProposedFile']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  madeAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  project?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ChangeSetStatus'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CheckpointResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Checkpoint'] = ResolversParentTypes['Checkpoint']> = {
  agent?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  author?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  bytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cause?: Resolver<ResolversTypes['CheckpointCause'], ParentType, ContextType>;
  changes?: Resolver<Array<ResolversTypes['CheckpointChange']>, ParentType, ContextType, RequireFields<CheckpointChangesArgs, 'first'>>;
  files?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  madeAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CheckpointChangeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CheckpointChange'] = ResolversParentTypes['CheckpointChange']> = {
  after?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  patch?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeletedFileResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['DeletedFile'] = ResolversParentTypes['DeletedFile']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type EngineResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Engine'] = ResolversParentTypes['Engine']> = {
  available?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  driver?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isolation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  mend?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  reductions?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  slowdown?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type ExecutionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Execution'] = ResolversParentTypes['Execution'], FederationReferenceType extends FederationReferenceTypes['Execution'] = FederationReferenceTypes['Execution']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Execution']> | FederationReferenceType, FederationReferenceType, ContextType>;
  cpuMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  driver?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  exitCode?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  files?: Resolver<Array<ResolversTypes['ExecutionFile']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isolation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  limits?: Resolver<ResolversTypes['ExecutionLimits'], ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  peakMemoryBytes?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType>;
  queuedMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  signal?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ExecutionStatus'], ParentType, ContextType>;
  stderr?: Resolver<ResolversTypes['String'], ParentType, ContextType, RequireFields<ExecutionStderrArgs, 'encoding'>>;
  stdout?: Resolver<ResolversTypes['String'], ParentType, ContextType, RequireFields<ExecutionStdoutArgs, 'encoding'>>;
  timedOut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  totals?: Resolver<ResolversTypes['OutputTotals'], ParentType, ContextType>;
  truncated?: Resolver<ResolversTypes['OutputTruncation'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  wallMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ExecutionEventResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ExecutionEvent'] = ResolversParentTypes['ExecutionEvent']> = {
  data?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  execution?: Resolver<ResolversTypes['Execution'], ParentType, ContextType>;
  executionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  exitCode?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  lost?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['ExecutionStatus']>, ParentType, ContextType>;
  stream?: Resolver<Maybe<ResolversTypes['OutputStream']>, ParentType, ContextType>;
  text?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<ResolversTypes['ExecutionEventType'], ParentType, ContextType>;
};

export type ExecutionFileResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ExecutionFile'] = ResolversParentTypes['ExecutionFile']> = {
  content?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, RequireFields<ExecutionFileContentArgs, 'encoding'>>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ExecutionLimitsResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ExecutionLimits'] = ResolversParentTypes['ExecutionLimits']> = {
  cpuMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  diskBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  memoryBytes?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  outputBytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  processes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  wallMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
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

export type FileMatchesResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['FileMatches'] = ResolversParentTypes['FileMatches']> = {
  isCut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  matches?: Resolver<Array<ResolversTypes['SearchMatch']>, ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type FilePartResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['FilePart'] = ResolversParentTypes['FilePart']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
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

export type HunkResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Hunk'] = ResolversParentTypes['Hunk']> = {
  added?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  decision?: Resolver<Maybe<ResolversTypes['HunkDecision']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  removed?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ImportedArchiveResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ImportedArchive'] = ResolversParentTypes['ImportedArchive']> = {
  bytes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  checkpoint?: Resolver<Maybe<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
  files?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  kept?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type MutationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  cancelExecution?: Resolver<ResolversTypes['Execution'], ParentType, ContextType, RequireFields<MutationCancelExecutionArgs, 'id'>>;
  closeTerminal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationCloseTerminalArgs, 'id'>>;
  createCheckpoint?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType, RequireFields<MutationCreateCheckpointArgs, 'input'>>;
  createFolder?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationCreateFolderArgs, 'input'>>;
  createProject?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationCreateProjectArgs, 'name'>>;
  decideChangeSet?: Resolver<ResolversTypes['ChangeSet'], ParentType, ContextType, RequireFields<MutationDecideChangeSetArgs, 'accept' | 'id' | 'reject'>>;
  deleteCheckpoint?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteCheckpointArgs, 'id' | 'projectId'>>;
  deleteFile?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteFileArgs, 'input'>>;
  deleteProject?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteProjectArgs, 'id' | 'name'>>;
  execute?: Resolver<ResolversTypes['Execution'], ParentType, ContextType, RequireFields<MutationExecuteArgs, 'input'>>;
  importArchive?: Resolver<ResolversTypes['ImportedArchive'], ParentType, ContextType, RequireFields<MutationImportArchiveArgs, 'input'>>;
  keepVectors?: Resolver<ResolversTypes['Int'], ParentType, ContextType, RequireFields<MutationKeepVectorsArgs, 'input'>>;
  lockFile?: Resolver<ResolversTypes['FileLock'], ParentType, ContextType, RequireFields<MutationLockFileArgs, 'input'>>;
  moveFile?: Resolver<Maybe<ResolversTypes['File']>, ParentType, ContextType, RequireFields<MutationMoveFileArgs, 'input'>>;
  openTerminal?: Resolver<ResolversTypes['Terminal'], ParentType, ContextType, RequireFields<MutationOpenTerminalArgs, 'input'>>;
  partsToEmbed?: Resolver<Array<ResolversTypes['FilePart']>, ParentType, ContextType, RequireFields<MutationPartsToEmbedArgs, 'first' | 'model' | 'projectId'>>;
  proposeChangeSet?: Resolver<ResolversTypes['ChangeSet'], ParentType, ContextType, RequireFields<MutationProposeChangeSetArgs, 'input'>>;
  renameProject?: Resolver<ResolversTypes['Project'], ParentType, ContextType, RequireFields<MutationRenameProjectArgs, 'id' | 'name'>>;
  resizeTerminal?: Resolver<ResolversTypes['Terminal'], ParentType, ContextType, RequireFields<MutationResizeTerminalArgs, 'columns' | 'id' | 'rows'>>;
  restoreCheckpoint?: Resolver<ResolversTypes['Checkpoint'], ParentType, ContextType, RequireFields<MutationRestoreCheckpointArgs, 'id' | 'projectId'>>;
  restoreFile?: Resolver<ResolversTypes['File'], ParentType, ContextType, RequireFields<MutationRestoreFileArgs, 'input'>>;
  startExecution?: Resolver<ResolversTypes['Execution'], ParentType, ContextType, RequireFields<MutationStartExecutionArgs, 'input'>>;
  typeInTerminal?: Resolver<ResolversTypes['Int'], ParentType, ContextType, RequireFields<MutationTypeInTerminalArgs, 'data' | 'id' | 'sequence' | 'writer'>>;
  unlockFile?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationUnlockFileArgs, 'id'>>;
  uploadArchive?: Resolver<ResolversTypes['ArchiveUpload'], ParentType, ContextType, RequireFields<MutationUploadArchiveArgs, 'input'>>;
  writeFile?: Resolver<ResolversTypes['File'], ParentType, ContextType, RequireFields<MutationWriteFileArgs, 'input'>>;
};

export type OutputTotalsResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['OutputTotals'] = ResolversParentTypes['OutputTotals']> = {
  stderr?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  stdout?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type OutputTruncationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['OutputTruncation'] = ResolversParentTypes['OutputTruncation']> = {
  stderr?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  stdout?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ProjectResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Project'] = ResolversParentTypes['Project'], FederationReferenceType extends FederationReferenceTypes['Project'] = FederationReferenceTypes['Project']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Project']> | FederationReferenceType, FederationReferenceType, ContextType>;
  changeSets?: Resolver<Array<ResolversTypes['ChangeSet']>, ParentType, ContextType, RequireFields<ProjectChangeSetsArgs, 'first'>>;
  checkpoints?: Resolver<Array<ResolversTypes['Checkpoint']>, ParentType, ContextType>;
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

export type ProposedFileResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ProposedFile'] = ResolversParentTypes['ProposedFile']> = {
  baseVersion?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  content?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, RequireFields<ProposedFileContentArgs, 'encoding'>>;
  file?: Resolver<Maybe<ResolversTypes['File']>, ParentType, ContextType>;
  hunks?: Resolver<Array<ResolversTypes['Hunk']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ProposedFileKind'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  changeSet?: Resolver<ResolversTypes['ChangeSet'], ParentType, ContextType, RequireFields<QueryChangeSetArgs, 'id'>>;
  engines?: Resolver<Array<ResolversTypes['Engine']>, ParentType, ContextType>;
  execution?: Resolver<Maybe<ResolversTypes['Execution']>, ParentType, ContextType, RequireFields<QueryExecutionArgs, 'id'>>;
  executions?: Resolver<Array<ResolversTypes['Execution']>, ParentType, ContextType, RequireFields<QueryExecutionsArgs, 'first'>>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, Partial<QueryProjectArgs>>;
  projects?: Resolver<Array<ResolversTypes['Project']>, ParentType, ContextType>;
  searchProject?: Resolver<ResolversTypes['SearchResult'], ParentType, ContextType, RequireFields<QuerySearchProjectArgs, 'first' | 'input'>>;
  similarParts?: Resolver<Array<ResolversTypes['SimilarPart']>, ParentType, ContextType, RequireFields<QuerySimilarPartsArgs, 'first' | 'input'>>;
  terminals?: Resolver<Array<ResolversTypes['Terminal']>, ParentType, ContextType>;
};

export type SearchEventResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SearchEvent'] = ResolversParentTypes['SearchEvent']> = {
  file?: Resolver<Maybe<ResolversTypes['FileMatches']>, ParentType, ContextType>;
  isCut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isLast?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  matches?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  searched?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SearchMatchResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SearchMatch'] = ResolversParentTypes['SearchMatch']> = {
  column?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  end?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SearchResultResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SearchResult'] = ResolversParentTypes['SearchResult']> = {
  files?: Resolver<Array<ResolversTypes['FileMatches']>, ParentType, ContextType>;
  isCut?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  matches?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  searched?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SimilarPartResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SimilarPart'] = ResolversParentTypes['SimilarPart']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  line?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  similarity?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  execute?: SubscriptionResolver<ResolversTypes['ExecutionEvent'], "execute", ParentType, ContextType, RequireFields<SubscriptionExecuteArgs, 'input'>>;
  executionEvents?: SubscriptionResolver<ResolversTypes['ExecutionEvent'], "executionEvents", ParentType, ContextType, RequireFields<SubscriptionExecutionEventsArgs, 'after' | 'id'>>;
  exportProject?: SubscriptionResolver<ResolversTypes['ArchivePart'], "exportProject", ParentType, ContextType, RequireFields<SubscriptionExportProjectArgs, 'projectId'>>;
  projectEvents?: SubscriptionResolver<ResolversTypes['ProjectEvent'], "projectEvents", ParentType, ContextType, RequireFields<SubscriptionProjectEventsArgs, 'projectId'>>;
  searchProject?: SubscriptionResolver<ResolversTypes['SearchEvent'], "searchProject", ParentType, ContextType, RequireFields<SubscriptionSearchProjectArgs, 'first' | 'input'>>;
  terminalOutput?: SubscriptionResolver<ResolversTypes['TerminalOutput'], "terminalOutput", ParentType, ContextType, RequireFields<SubscriptionTerminalOutputArgs, 'after' | 'id'>>;
};

export type TerminalResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Terminal'] = ResolversParentTypes['Terminal']> = {
  columns?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  driver?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ended?: Resolver<Maybe<ResolversTypes['TerminalEnd']>, ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  exitCode?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isolation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  openedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType>;
  rows?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TerminalOutputResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TerminalOutput'] = ResolversParentTypes['TerminalOutput']> = {
  data?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  ended?: Resolver<Maybe<ResolversTypes['TerminalEnd']>, ParentType, ContextType>;
  exitCode?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  lost?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  offset?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User'], FederationReferenceType extends FederationReferenceTypes['User'] = FederationReferenceTypes['User']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['User']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectData?: Resolver<ResolversTypes['ProjectData'], ParentType, ContextType, Partial<UserProjectDataArgs>>;
};

export type Resolvers<ContextType = RequestContext> = {
  ArchivePart?: ArchivePartResolvers<ContextType>;
  ArchiveUpload?: ArchiveUploadResolvers<ContextType>;
  ChangeSet?: ChangeSetResolvers<ContextType>;
  Checkpoint?: CheckpointResolvers<ContextType>;
  CheckpointChange?: CheckpointChangeResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeletedFile?: DeletedFileResolvers<ContextType>;
  Engine?: EngineResolvers<ContextType>;
  Execution?: ExecutionResolvers<ContextType>;
  ExecutionEvent?: ExecutionEventResolvers<ContextType>;
  ExecutionFile?: ExecutionFileResolvers<ContextType>;
  ExecutionLimits?: ExecutionLimitsResolvers<ContextType>;
  File?: FileResolvers<ContextType>;
  FileLock?: FileLockResolvers<ContextType>;
  FileMatches?: FileMatchesResolvers<ContextType>;
  FilePart?: FilePartResolvers<ContextType>;
  FileVersion?: FileVersionResolvers<ContextType>;
  Hunk?: HunkResolvers<ContextType>;
  ImportedArchive?: ImportedArchiveResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  OutputTotals?: OutputTotalsResolvers<ContextType>;
  OutputTruncation?: OutputTruncationResolvers<ContextType>;
  Project?: ProjectResolvers<ContextType>;
  ProjectData?: ProjectDataResolvers<ContextType>;
  ProjectEvent?: ProjectEventResolvers<ContextType>;
  ProjectUsage?: ProjectUsageResolvers<ContextType>;
  ProposedFile?: ProposedFileResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SearchEvent?: SearchEventResolvers<ContextType>;
  SearchMatch?: SearchMatchResolvers<ContextType>;
  SearchResult?: SearchResultResolvers<ContextType>;
  SimilarPart?: SimilarPartResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Terminal?: TerminalResolvers<ContextType>;
  TerminalOutput?: TerminalOutputResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
};

