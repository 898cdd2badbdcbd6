// Makes static/dist: the stylesheet (sass), the script (esbuild), the fonts and the icons. Run it as `npm run build`.
// Every address in the stylesheet carries the hash of what it points to, the same hash that static.URL gives in Go, so
// that browsers may keep all of it for a year.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import * as sass from 'sass'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const dist = join(root, 'static', 'dist')
const modules = join(root, 'node_modules')

mkdirSync(dist, { recursive: true })
for (const name of readdirSync(dist)) {
  if (name !== '.gitkeep') rmSync(join(dist, name), { recursive: true })
}

const hash = (body) => createHash('sha256').update(body).digest('hex').slice(0, 12)

/** Writes a file under dist and returns its address with its hash. */
function put(name, body) {
  const file = join(dist, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, body)
  return `/static/${name}?v=${hash(body)}`
}

// Atkinson Hyperlegible for all that is Latin; Noto only where a page holds Bengali or Arabic letters, which most machines
// that have no such font would show as boxes. All three are under the SIL Open Font Licence, whose text goes along.
const families = [
  { family: 'Atkinson Hyperlegible', pkg: 'atkinson-hyperlegible', subsets: ['latin', 'latin-ext'], styles: ['normal', 'italic'] },
  { family: 'Noto Sans Bengali', pkg: 'noto-sans-bengali', subsets: ['bengali'], styles: ['normal'] },
  { family: 'Noto Sans Arabic', pkg: 'noto-sans-arabic', subsets: ['arabic'], styles: ['normal'] }
]
let faces = ''
for (const { family, pkg, subsets, styles } of families) {
  const dir = join(modules, '@fontsource', pkg)
  const ranges = JSON.parse(readFileSync(join(dir, 'unicode.json'), 'utf8'))
  put(`fonts/${pkg}-licence.txt`, readFileSync(join(dir, 'LICENSE')))
  for (const subset of subsets) {
    for (const style of styles) {
      for (const weight of [400, 700]) {
        const name = `${pkg}-${subset}-${weight}-${style}.woff2`
        const url = put(`fonts/${name}`, readFileSync(join(dir, 'files', name)))
        // The PDFs are set by the program itself, which reads WOFF but not WOFF2.
        if (family.startsWith('Noto')) put(`fonts/${name.replace(/2$/, '')}`, readFileSync(join(dir, 'files', name.replace(/2$/, ''))))
        faces += `@font-face{font-family:"${family}";font-style:${style};font-weight:${weight};font-display:swap;src:url("${url}") format("woff2");unicode-range:${ranges[subset]}}\n`
      }
    }
  }
}

const css = sass.compile(join(root, 'static', 'src', 'app.scss'), {
  style: 'compressed',
  loadPaths: [root],
  quietDeps: true,
  importers: [{
    canonicalize: (url) => (url === 'fonts' ? new URL('commoncase:fonts') : null),
    load: () => ({ contents: faces, syntax: 'scss' })
  }]
}).css

// MOJ's stylesheet names a few icons; those it uses go along, and one that is missing stops the build.
const icons = join(modules, '@ministryofjustice', 'frontend', 'moj', 'assets', 'images')
put('app.css', css.replace(/url\((["']?)\/static\/images\/([\w.-]+)\1\)/g, (_, __, name) => {
  if (!existsSync(join(icons, name))) throw new Error(`the stylesheet names an icon that is not there: ${name}`)
  return `url("${put(`images/${name}`, readFileSync(join(icons, name)))}")`
}))

// The members' pages have a stylesheet of their own, without fonts. Of what it says of left and right it speaks as start and end, which the
// direction of the language decides; what has no such word (a float) stops the build.
const door = sass.compile(join(root, 'static', 'src', 'door.scss'), { style: 'compressed', loadPaths: [root], quietDeps: true }).css
  .replace(/\b(margin|padding)-(left|right)\b/g, (_, what, side) => `${what}-inline-${side === 'left' ? 'start' : 'end'}`)
  .replace(/\bborder-(left|right)\b/g, (_, side) => `border-inline-${side === 'left' ? 'start' : 'end'}`)
  .replace(/([{;])(left|right):/g, (_, before, side) => `${before}inset-inline-${side === 'left' ? 'start' : 'end'}:`)
  .replace(/text-align:(left|right)\b/g, (_, side) => `text-align:${side === 'left' ? 'start' : 'end'}`)
if (/float:(left|right)/.test(door)) throw new Error('door.css floats something, which would stand on the wrong side in Arabic')
if (/url\(/.test(door)) throw new Error('door.css fetches something, which an old phone would wait for')
put('door.css', door)
// A mark that says nothing, for the tab of a phone that others look at.
put('door.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="#777"/></svg>')

const script = async (name, format) => {
  const out = await build({
    entryPoints: [join(root, 'static', 'src', name)],
    bundle: true,
    minify: true,
    format,
    target: ['es2020'],
    legalComments: 'eof',
    write: false
  })
  put(name, out.outputFiles[0].contents)
  return out.outputFiles[0].contents.length
}
const appSize = await script('app.js', 'esm')
const doorSize = await script('door.js', 'iife')
console.log(`static/dist: app.css ${(css.length / 1024).toFixed(0)} KB, app.js ${(appSize / 1024).toFixed(0)} KB, door.css ${(door.length / 1024).toFixed(0)} KB, door.js ${(doorSize / 1024).toFixed(0)} KB`)
