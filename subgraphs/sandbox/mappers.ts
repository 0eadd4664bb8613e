import type { BoundedOutput } from './executions/bounded-output.ts';
import type { ExecutionStep } from './executions/events.ts';
import type { ExecutionFacts, ResultFile } from './store/executions.ts';
export type { OpenTerminal as TerminalMapper } from './terminals/terminals.ts';
export type { Shown as TerminalOutputMapper } from './terminals/terminal.ts';

/** A project as its row has it. */
export interface ProjectMapper {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly createdAt: string;
}

/** A file as the workspace has it; its content is read only when it is asked for. */
export interface FileMapper {
  readonly projectId: string;
  readonly path: string;
  readonly size: number;
  readonly version: string;
  readonly updatedAt: string;
}

/** A content that a file has or had. */
export interface FileVersionMapper {
  readonly projectId: string;
  readonly path: string;
  readonly revision: number;
  readonly version: string;
  readonly size: number;
  readonly authorId: string;
  readonly agent: string | null;
  readonly madeAt: string;
}

/** A lease that holds. */
export interface FileLockMapper {
  readonly id: string;
  readonly path: string;
  readonly holderId: string;
  readonly agent: string | null;
  readonly expiresAt: string;
}

export interface ProjectEventMapper {
  readonly sequence: number;
  readonly kind: 'WRITTEN' | 'DELETED' | 'MOVED' | 'FOLDER_MADE' | 'RESET';
  readonly path: string | null;
  readonly from: string | null;
  readonly version: string | null;
  readonly authorId: string | null;
  readonly agent: string | null;
  readonly at: string;
}

/** An execution; what it wrote is read only when it is asked for. */
export interface ExecutionMapper {
  readonly facts: ExecutionFacts;
  readonly output: (stream: 'stdout' | 'stderr') => Promise<BoundedOutput>;
  readonly files: () => Promise<readonly ResultFile[]>;
}

export type ExecutionFileMapper = ResultFile;

/** A step of an execution, which is looked at again only when that is asked for. */
export interface ExecutionEventMapper {
  readonly executionId: string;
  readonly step: ExecutionStep;
  readonly execution: () => Promise<ExecutionMapper>;
}

/** What a project held at a moment. */
export interface CheckpointMapper {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly cause: 'ASKED' | 'CHANGE_SET' | 'IMPORT' | 'RESTORE';
  readonly revision: number;
  readonly files: number;
  readonly bytes: number;
  readonly authorId: string;
  readonly agent: string | null;
  readonly madeAt: string;
}

/** A file that is not what it was at a checkpoint. */
export interface CheckpointChangeMapper {
  readonly projectId: string;
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Of both contents together, in bytes. */
  readonly size: number;
}

export interface ChangeSetMapper {
  readonly id: string;
  readonly projectId: string;
  readonly title: string;
  readonly reason: string | null;
  readonly status: 'PROPOSED' | 'APPLIED' | 'PARTLY_APPLIED' | 'REJECTED';
  readonly authorId: string;
  readonly agent: string | null;
  readonly checkpointId: string | null;
  readonly madeAt: string;
  readonly decidedAt: string | null;
}

/** A file of a change set; its contents are read only when they are asked for. */
export interface ProposedFileMapper {
  readonly projectId: string;
  readonly number: number;
  readonly path: string;
  readonly base: string | null;
  readonly baseSize: number;
  readonly proposed: string | null;
  readonly proposedSize: number;
  readonly hunks: {
    readonly from: number;
    readonly count: number;
    readonly to: number;
    readonly toCount: number;
    readonly decision: 'ACCEPTED' | 'REJECTED' | null;
  }[];
}

export interface UserMapper {
  readonly id: string;
}
