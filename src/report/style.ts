import pc from 'picocolors';

/** Colours for one stream; all of them the identity where the stream is no terminal. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export function createStyle(colored: boolean): Style {
  return pc.createColors(colored);
}
