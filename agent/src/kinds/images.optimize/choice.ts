import type { Coding, ImageFacts } from '../../ports/image-encoder.ts'

const usual: Coding = { lossless: false, quality: 82 }
const lower: Coding = { lossless: false, quality: 75 }
const lossless: Coding = { lossless: true }

/** Names what this file decides: a record made under another name is made anew. */
export const settings = 'webp 82, 75; png lossless; 1'

/** Above this share of different colours among the sampled pixels, an image is a photograph rather than line art. */
const lineArtShare = 0.125

/**
 * The codings to try, in rounds: the smallest of a round is taken if it is smaller than the file it stands for, else the
 * next round is tried. Line art keeps its edges if lossless gains at all.
 */
export function codingRounds(facts: ImageFacts): readonly (readonly Coding[])[] {
  if (facts.format === 'jpeg') return [[usual], [lower]]
  return isLineArt(facts) ? [[lossless], [usual], [lower]] : [[lossless, usual], [lower]]
}

function isLineArt({ colours, sampled }: { readonly colours: number; readonly sampled: number }): boolean {
  return colours <= sampled * lineArtShare
}
