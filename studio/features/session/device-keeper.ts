/** Keeps what says that an e-mail address has signed in on this device before. It opens nothing by itself. */
export interface DeviceKeeper {
  read(email: string): string | null;
  keep(email: string, token: string): void;
}

const keyOf = (email: string): string => `device ${email.toLowerCase()}`;

/** In `localStorage`, because it is for the next sign-in, in whatever tab that is. */
export const createDeviceKeeper = (): DeviceKeeper => ({
  read: (email) => localStorage.getItem(keyOf(email)),
  keep: (email, token) => localStorage.setItem(keyOf(email), token),
});
