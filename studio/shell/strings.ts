export const strings = {
  workspaces: 'Workspaces',
  chat: 'Chat',
  toLight: 'Switch to the light theme',
  toDark: 'Switch to the dark theme',
  connection: { connecting: 'Connecting…', connected: 'Connected', lost: 'Connection lost, trying again…' },
  crash: {
    code: 'UNEXPECTED',
    sentence: 'This page has stopped working.',
    mend: 'Load it again: your conversations are kept on the server.',
    requestId: null,
  },
  reload: 'Load again',
} as const;
