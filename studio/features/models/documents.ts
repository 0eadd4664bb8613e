import { graphql } from '#codegen/studio/gql.ts';

export const ModelsDocument = graphql(`
  query Models {
    models {
      id
      name
      kind
      status
      contextSize
      sizeBytes
      memoryBytes
      lastError
    }
  }
`);

export const LoadModelDocument = graphql(`
  mutation LoadModel($name: String!) {
    loadModel(name: $name) {
      id
      status
    }
  }
`);

export const UnloadModelDocument = graphql(`
  mutation UnloadModel($name: String!) {
    unloadModel(name: $name) {
      id
      status
    }
  }
`);

export const ModelEventsDocument = graphql(`
  subscription ModelEvents {
    modelEvents {
      id
      status
    }
  }
`);
