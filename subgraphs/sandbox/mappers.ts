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

export interface UserMapper {
  readonly id: string;
}
