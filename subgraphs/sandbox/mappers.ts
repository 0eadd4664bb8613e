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

export interface UserMapper {
  readonly id: string;
}
