import type { Oklch } from './tokens.ts';

/** Linear-light sRGB, each channel 0–1 when the colour is inside the gamut. */
type LinearRgb = readonly [red: number, green: number, blue: number];

/** OKLCH → linear sRGB, with the matrices of Björn Ottosson's definition. */
const linearRgb = ([lightness, chroma, hue]: Oklch): LinearRgb => {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
};

const encode = (linear: number): number => {
  const value = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
};

const decode = (byte: number): number => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** Whether sRGB can show the colour, with half a step of an 8-bit channel as tolerance. */
export const inGamut = (colour: Oklch): boolean =>
  linearRgb(colour).every((channel) => channel >= -0.0002 && channel <= 1.002);

/** The colour as `#rrggbb`. */
export const hex = (colour: Oklch): string =>
  `#${linearRgb(colour)
    .map((channel) => encode(channel).toString(16).padStart(2, '0'))
    .join('')}`;

/** Relative luminance (WCAG 2) of the colour as a screen of 8 bits per channel shows it. */
const luminance = (colour: Oklch): number => {
  const [red, green, blue] = linearRgb(colour);
  return 0.2126 * decode(encode(red)) + 0.7152 * decode(encode(green)) + 0.0722 * decode(encode(blue));
};

/** WCAG 2 contrast of two colours, 1 to 21. */
export const contrast = (one: Oklch, other: Oklch): number => {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
};
