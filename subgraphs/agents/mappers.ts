/** A conversation as its row has it. */
export interface ConversationMapper {
  readonly id: string;
  readonly title: string;
  readonly ownerId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Of all its messages together, in UTF-8. */
  readonly contentBytes: number;
}

export interface MessageMapper {
  readonly id: string;
  readonly role: 'USER' | 'ASSISTANT';
  readonly content: string;
  readonly createdAt: string;
}

export interface UserMapper {
  readonly id: string;
}
