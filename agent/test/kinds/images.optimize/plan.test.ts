import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  below,
  isSafeName,
  planAttachment,
  servesJust,
  serving,
  webpName,
  type Attachment,
} from '../../../src/kinds/images.optimize/plan.ts'

const uploads = 'wp-content/uploads'
const photo: Attachment = {
  id: 7,
  mime: 'image/jpeg',
  original: '2026/11/rose.jpg',
  files: [
    { file: '2026/11/rose-scaled.jpg', width: 2560, height: 1600, crop: false },
    { file: '2026/11/rose-150x150.jpg', width: 150, height: 150, crop: true },
  ],
  served: {},
}

const name = fc.oneof(
  fc.constantFrom('../x.jpg', '/etc/passwd.jpg', 'a//b.jpg', 'a/./b.png', 'a\\b.jpg', 'a\nb.jpg', '', '.jpg', '..'),
  fc.stringMatching(/^[a-z0-9]{1,6}(\/[a-z0-9]{1,6}){0,2}\.(jpg|JPEG|png|gif|svg|webp)$/),
  fc.string({ maxLength: 1100 }),
)
const attachment: fc.Arbitrary<Attachment> = fc.record({
  id: fc.nat(),
  mime: fc.constantFrom('image/jpeg', 'image/png', 'image/gif', 'image/svg+xml', 'text/plain'),
  original: name,
  files: fc.array(fc.record({ file: name, width: fc.nat(), height: fc.nat(), crop: fc.boolean() }), { maxLength: 8 }),
  served: fc.constant({}),
})

describe('the plan of an attachment', () => {
  it('draws every size from the upload before scaling', () => {
    assert.deepEqual(planAttachment(photo, uploads), {
      state: 'make',
      source: '2026/11/rose.jpg',
      targets: [
        { file: '2026/11/rose-scaled.jpg', crop: false },
        { file: '2026/11/rose-150x150.jpg', crop: true },
      ],
    })
  })

  it('draws from the largest file where WordPress had to convert the upload', () => {
    const plan = planAttachment({ ...photo, original: '2026/11/rose.heic' }, uploads)
    assert.equal(plan.state === 'make' && plan.source, '2026/11/rose-scaled.jpg')
  })

  for (const mime of ['image/gif', 'image/svg+xml', 'image/webp', 'image/avif']) {
    it(`leaves ${mime} as it is`, () => {
      assert.equal(planAttachment({ ...photo, mime }, uploads).state, 'leave')
    })
  }

  it('leaves a set whose sizes WordPress has made as WebP already', () => {
    const files = [...photo.files, { file: '2026/11/rose-300x200.webp', width: 300, height: 200, crop: false }]
    assert.equal(planAttachment({ ...photo, files }, uploads).state, 'leave')
  })

  it('refuses a name that leads out of the uploads folder', () => {
    assert.deepEqual(planAttachment({ ...photo, original: '../../wp-config.jpg' }, uploads), {
      state: 'refuse',
      file: '../../wp-config.jpg',
      code: 'path.outside',
    })
  })

  it('never names a file outside the uploads folder, a file twice or one over the bound, whatever the plugin says', () => {
    fc.assert(
      fc.property(attachment, given => {
        const plan = planAttachment(given, uploads)
        if (plan.state !== 'make') return
        const files = plan.targets.map(({ file }) => file)
        assert.equal(new Set(files).size, files.length)
        assert.deepEqual(new Set(files), new Set(given.files.map(({ file }) => file)))
        for (const path of [plan.source, ...files.map(webpName)].map(file => below(uploads, file))) {
          assert.equal(posix.normalize(path), path)
          assert.ok(path.startsWith(`${uploads}/`) && path.length <= 1024)
        }
      }),
    )
  })

  it('gives WebPs names of their own: never those of a listed image, never one twice', () => {
    fc.assert(
      fc.property(attachment, given => {
        const plan = planAttachment(given, uploads)
        if (plan.state !== 'make') return
        const made = plan.targets.map(({ file }) => webpName(file))
        assert.equal(new Set(made).size, made.length)
        for (const file of [given.original, ...given.files.map(({ file }) => file)]) assert.ok(!made.includes(file))
      }),
    )
  })
})

describe('a safe name', () => {
  it('has no empty, dotted or backward step', () => {
    for (const good of ['a.jpg', '2026/11/a b.jpg', 'ü/é.png', '..a/b..jpg']) assert.ok(isSafeName(good), good)
    for (const bad of ['', '/', 'a/', '/a', '../a', 'a/../b', 'a/./b', 'a//b', 'a\\b', 'a\0b']) assert.ok(!isSafeName(bad), bad)
  })
})

describe('what the plugin serves', () => {
  it('is right when it is just the whole set', () => {
    const files = ['a.jpg', 'b.jpg']
    assert.ok(servesJust(serving(files), files))
    assert.ok(!servesJust({}, files))
    assert.ok(!servesJust(serving(['a.jpg']), files))
    assert.ok(!servesJust({ ...serving(files), 'c.jpg': 'c.jpg.platen.webp' }, files))
    assert.ok(!servesJust({ 'a.jpg': 'x.webp', 'b.jpg': 'b.jpg.platen.webp' }, files))
  })
})
