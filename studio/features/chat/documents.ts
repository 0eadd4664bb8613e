import { graphql } from '#codegen/studio/gql.ts';

export const ConversationsDocument = graphql(`
  query Conversations {
    conversations {
      id
      title
      updatedAt
    }
  }
`);

export const ConversationDocument = graphql(`
  query Conversation($id: ID!) {
    conversation(id: $id) {
      id
      messages {
        id
        role
        content
      }
    }
  }
`);

export const CreateConversationDocument = graphql(`
  mutation CreateConversation($title: String!) {
    createConversation(title: $title) {
      id
    }
  }
`);

export const AppendMessageDocument = graphql(`
  mutation AppendMessage($input: AppendMessageInput!) {
    appendMessage(input: $input) {
      id
    }
  }
`);

export const DeleteConversationDocument = graphql(`
  mutation DeleteConversation($id: ID!) {
    deleteConversation(id: $id)
  }
`);

export const ChatDocument = graphql(`
  subscription Chat($input: ChatInput!) {
    chat(input: $input) {
      requestId
      text
      finishReason
      usage {
        promptTokens
        completionTokens
      }
    }
  }
`);
