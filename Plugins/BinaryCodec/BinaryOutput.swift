// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The bytes of a value while it is encoded.
///
/// Values are written straight behind each other. Only nested containers and super encoders, which
/// `Codable` allows to be filled in any order, write to an output of their own; where it belongs is
/// kept as a splice, and `bytes()` puts everything together. One task uses it, and no access to its
/// properties calls out, so checks for overlapping access are off.
final class BinaryOutput {
  private struct Splice {
    var offset: Int
    let content: ValueEncoder
  }

  let layout: Layout
  @exclusivity(unchecked) private(set) var count = 0
  @exclusivity(unchecked) private var storage: UnsafeMutableRawPointer
  @exclusivity(unchecked) private var capacity: Int
  @exclusivity(unchecked) private var splices: [Splice] = []
  /// The position of the name that probably comes next.
  @exclusivity(unchecked) var expectedName = 0

  /// Whether `storage` is memory of this object's own.
  @exclusivity(unchecked) private var isOwner: Bool

  init(layout: Layout, capacity: Int) {
    self.layout = layout
    self.capacity = capacity
    storage = .allocate(byteCount: capacity, alignment: 16)
    isOwner = true
  }

  /// An output that begins in memory of the caller's, which must outlive the last write to it.
  init(layout: Layout, scratch: UnsafeMutableRawPointer, capacity: Int) {
    self.layout = layout
    self.capacity = capacity
    storage = scratch
    isOwner = false
  }

  deinit {
    if isOwner { storage.deallocate() }
  }

  // MARK: Writing

  @inline(__always)
  private func reserve(_ more: Int) {
    if capacity &- count < more { grow(more) }
  }

  @inline(never)
  private func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: storage, byteCount: count)
    if isOwner { storage.deallocate() }
    storage = larger
    isOwner = true
  }

  @inline(__always)
  func write(byte: UInt8) {
    reserve(1)
    storage.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  @inline(__always)
  func write<Word: FixedWidthInteger & BitwiseCopyable>(bigEndian word: Word) {
    reserve(MemoryLayout<Word>.size)
    storage.storeBytes(of: word.bigEndian, toByteOffset: count, as: Word.self)
    count &+= MemoryLayout<Word>.size
  }

  func write(littleEndian word: UInt32) { write(bigEndian: word.byteSwapped) }

  @inline(__always)
  func write(head kind: UInt8, _ argument: UInt64) {
    if argument < 24 { return write(byte: kind | UInt8(truncatingIfNeeded: argument)) }
    writeLong(head: kind, argument)
  }

  private func writeLong(head kind: UInt8, _ argument: UInt64) {
    let size = Self.extraBytes(of: argument)
    write(byte: kind | UInt8(24 + size.trailingZeroBitCount))
    switch size {
    case 1: write(byte: UInt8(truncatingIfNeeded: argument))
    case 2: write(bigEndian: UInt16(truncatingIfNeeded: argument))
    case 4: write(bigEndian: UInt32(truncatingIfNeeded: argument))
    default: write(bigEndian: argument)
    }
  }

  /// How many bytes of a head follow its first.
  private static func extraBytes(of argument: UInt64) -> Int {
    if argument < 24 { return 0 }
    if argument <= UInt64(UInt8.max) { return 1 }
    if argument <= UInt64(UInt16.max) { return 2 }
    return argument <= UInt64(UInt32.max) ? 4 : 8
  }

  func write(raw bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    (storage + count).copyMemory(from: source, byteCount: bytes.count)
    count &+= bytes.count
  }

  func write(text: String) {
    var text = text
    text.withUTF8 {
      write(head: Wire.text, UInt64($0.count))
      write(raw: UnsafeRawBufferPointer($0))
    }
  }

  @inline(__always)
  func write(key name: String) {
    guard let position = layout.position(of: name, expected: expectedName) else {
      return write(text: name)
    }
    expectedName = position &+ 1
    write(head: Wire.positive, UInt64(position))
  }

  // MARK: Going back

  /// Puts a head in the place of the one byte that was left for it at `start`.
  @inline(__always)
  func patch(head kind: UInt8, _ argument: Int, at start: Int) {
    if argument < 24 {
      let byte = kind | UInt8(truncatingIfNeeded: argument)
      storage.storeBytes(of: byte, toByteOffset: start, as: UInt8.self)
    } else {
      patchLong(head: kind, argument, at: start)
    }
  }

  private func patchLong(head kind: UInt8, _ argument: Int, at start: Int) {
    let extra = Self.extraBytes(of: UInt64(argument))
    reserve(extra)
    let body = storage + start + 1
    (body + extra).copyMemory(from: body, byteCount: count - start - 1)
    for index in splices.indices where splices[index].offset > start {
      splices[index].offset += extra
    }
    let end = count + extra
    count = start
    writeLong(head: kind, UInt64(argument))
    count = end
  }

  /// A place to come back to when a value turns out not to be encodable.
  struct Mark {
    fileprivate let count: Int
    fileprivate let splices: Int
  }

  @inline(__always)
  var mark: Mark { Mark(count: count, splices: splices.count) }

  func rewind(to mark: Mark) {
    count = mark.count
    dropSplices(from: mark.splices)
  }

  /// Drops everything from `count` on, of which nothing was spliced.
  func rewind(to count: Int) { self.count = count }

  /// The bytes from `start` on.
  func tail(from start: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: storage + start, count: count - start))
  }

  // MARK: Splices

  /// Leaves room here for what `content` will have written in the end.
  func splice(_ content: ValueEncoder) {
    splices.append(Splice(offset: count, content: content))
  }

  /// Lets go of what was spliced in. Spliced encoders know their parents, which know this output: a
  /// circle that has to be broken, whether or not the encoding came to its end.
  func dropSplices(from first: Int = 0) {
    let dropped = splices[first...]
    splices.removeLast(dropped.count)
    for splice in dropped { splice.content.output.dropSplices() }
  }

  /// Brings the fields that begin at `starts` and end at the end into the order of their bytes.
  func sort(fields starts: [Int]) {
    guard let first = starts.first else { return }
    let limits = starts.dropFirst() + [count]
    var fields = zip(starts, limits).map { $0..<$1 }
    let old = tail(from: first)
    func content(_ field: Range<Int>) -> ArraySlice<UInt8> {
      old[(field.lowerBound - first)..<(field.upperBound - first)]
    }
    // Keys differ, so that comparing fields compares keys.
    fields.sort { content($0).lexicographicallyPrecedes(content($1)) }
    let moved = splices
    splices.removeAll { $0.offset > first }
    count = first
    for field in fields {
      // A splice belongs behind a key, so never to the beginning of a field but maybe to its end.
      for splice in moved where splice.offset > field.lowerBound {
        guard splice.offset <= field.upperBound else { continue }
        let offset = count + splice.offset - field.lowerBound
        splices.append(Splice(offset: offset, content: splice.content))
      }
      content(field).withUnsafeBytes { write(raw: $0) }
    }
  }

  /// Everything written, in its final order.
  func bytes() -> [UInt8] {
    if splices.isEmpty { return tail(from: 0) }
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  private func append(to bytes: inout [UInt8]) {
    let written = UnsafeRawBufferPointer(start: storage, count: count)
    var done = 0
    for splice in splices {
      bytes.append(contentsOf: written[done..<splice.offset])
      done = splice.offset
      splice.content.finish()
      splice.content.output.append(to: &bytes)
    }
    bytes.append(contentsOf: written[done...])
  }
}
