// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The bytes of a payload while it is decoded: reads items at offsets, trusts nothing.
///
/// Every read checks its bounds, every count is compared with the bytes left before it is used, and
/// nothing here recurses. One task uses it, and no access to its properties calls out, so checks
/// for overlapping access are off.
final class BinaryInput {
  /// The first byte of an item taken apart, with what follows it.
  struct Head {
    let kind: UInt8
    let detail: UInt8
    let argument: UInt64
  }

  let layout: Layout
  @exclusivity(unchecked) private var base: UnsafeRawPointer?
  @exclusivity(unchecked) private(set) var end: Int
  /// What was wrong where nothing can be thrown: in `allKeys` and `contains`. The payload is
  /// refused for it in the end.
  var damage: WireFault?

  init(_ bytes: UnsafeRawBufferPointer, layout: Layout) {
    self.layout = layout
    base = bytes.baseAddress
    end = bytes.count
  }

  /// Makes every later read fail.
  func close() {
    base = nil
    end = 0
  }

  /// The four bytes in front of the value.
  var check: UInt32? {
    var offset = 0
    return (try? word(UInt32.self, at: &offset))?.byteSwapped
  }

  // MARK: Bytes

  @inline(__always)
  func peek(at offset: Int) -> UInt8? {
    guard offset < end, let base else { return nil }
    return base.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The kind of item at `offset`; at the end one that no item has.
  func kind(at offset: Int) -> UInt8 { peek(at: offset).map { $0 & 0xE0 } ?? 0xFF }

  @inline(__always)
  private func byte(at offset: inout Int) throws(WireFault) -> UInt8 {
    guard let byte = peek(at: offset) else { throw .truncated }
    offset &+= 1
    return byte
  }

  @inline(__always)
  private func word<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type, at offset: inout Int
  ) throws(WireFault) -> Word {
    guard end &- offset >= MemoryLayout<Word>.size, let base else { throw .truncated }
    let word = base.loadUnaligned(fromByteOffset: offset, as: type)
    offset &+= MemoryLayout<Word>.size
    return Word(bigEndian: word)
  }

  // MARK: Heads

  @inline(__always)
  func head(at offset: inout Int) throws(WireFault) -> Head {
    let first = try byte(at: &offset)
    let detail = first & 0x1F
    if detail < 24 { return Head(kind: first & 0xE0, detail: detail, argument: UInt64(detail)) }
    return try longHead(first, at: &offset)
  }

  private func longHead(_ first: UInt8, at offset: inout Int) throws(WireFault) -> Head {
    let argument: UInt64 =
      switch first & 0x1F {
      case 24: UInt64(try byte(at: &offset))
      case 25: UInt64(try word(UInt16.self, at: &offset))
      case 26: UInt64(try word(UInt32.self, at: &offset))
      case 27: try word(UInt64.self, at: &offset)
      default: throw .malformed
      }
    return Head(kind: first & 0xE0, detail: first & 0x1F, argument: argument)
  }

  /// The number of elements of an array, fields of a map, or bytes: never more than there is room
  /// for.
  @inline(__always)
  func count(_ kind: UInt8, at offset: inout Int, each size: Int = 1) throws(WireFault) -> Int {
    if peek(at: offset) == Wire.null { throw .null }
    let head = try head(at: &offset)
    guard head.kind == kind else { throw .mismatch }
    guard head.argument <= UInt64(end &- offset) / UInt64(size) else { throw .truncated }
    return Int(head.argument)
  }

  // MARK: Values

  @inline(__always)
  func integer<Number: FixedWidthInteger>(
    _ type: Number.Type, at offset: inout Int
  ) throws(WireFault) -> Number {
    let start = offset
    let head = try head(at: &offset)
    if head.kind == Wire.positive, let number = Number(exactly: head.argument) { return number }
    if head.kind == Wire.negative, Number.isSigned, let number = Number(exactly: head.argument) {
      return ~number
    }
    throw fault(head.kind <= Wire.negative ? .overflow : .mismatch, at: start)
  }

  func wide<Number: FixedWidthInteger>(
    _ type: Number.Type, at offset: inout Int
  ) throws(WireFault) -> Number {
    let first = peek(at: offset)
    guard first == Wire.positiveBignum || first == Wire.negativeBignum else {
      return try integer(type, at: &offset)
    }
    offset += 1
    guard try byte(at: &offset) == Wire.bignumHead else { throw .malformed }
    guard let magnitude = Number(exactly: try word(UInt128.self, at: &offset)) else {
      throw .overflow
    }
    if first == Wire.positiveBignum { return magnitude }
    guard Number.isSigned else { throw .overflow }
    return ~magnitude
  }

  @inline(__always)
  func double(at offset: inout Int) throws(WireFault) -> Double {
    guard peek(at: offset) == Wire.double else { throw fault(.mismatch, at: offset) }
    offset &+= 1
    return Double(bitPattern: try word(UInt64.self, at: &offset))
  }

  func float(at offset: inout Int) throws(WireFault) -> Float {
    guard peek(at: offset) == Wire.float else { throw fault(.mismatch, at: offset) }
    offset &+= 1
    return Float(bitPattern: try word(UInt32.self, at: &offset))
  }

  @inline(__always)
  func bool(at offset: inout Int) throws(WireFault) -> Bool {
    let first = peek(at: offset)
    guard first == Wire.yes || first == Wire.no else { throw fault(.mismatch, at: offset) }
    offset &+= 1
    return first == Wire.yes
  }

  @inline(__always)
  func text(at offset: inout Int) throws(WireFault) -> String {
    let bytes = try run(Wire.text, at: &offset)
    // Validating is generic code that is not specialised here, and most text is ASCII.
    if Self.isASCII(bytes) { return String(decoding: bytes, as: UTF8.self) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidText }
    return text
  }

  @inline(__always)
  private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var all: UInt64 = 0
    var offset = 0
    while offset &+ 8 <= bytes.count {
      all |= bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      offset &+= 8
    }
    while offset < bytes.count {
      all |= UInt64(bytes[offset])
      offset &+= 1
    }
    return all & 0x8080_8080_8080_8080 == 0
  }

  func bytes(at offset: inout Int) throws(WireFault) -> UnsafeRawBufferPointer {
    try run(Wire.bytes, at: &offset)
  }

  @inline(__always)
  private func run(_ kind: UInt8, at offset: inout Int) throws(WireFault) -> UnsafeRawBufferPointer
  {
    let count = try count(kind, at: &offset)
    guard let base else { throw .truncated }
    defer { offset &+= count }
    return UnsafeRawBufferPointer(start: base + offset, count: count)
  }

  /// A name in a map: text, or the position of one in the layout.
  @inline(__always)
  func key(at offset: inout Int) throws(WireFault) -> String {
    let start = offset
    let head = try head(at: &offset)
    if head.kind == Wire.positive, head.argument < UInt64(layout.names.count) {
      return layout.names[Int(head.argument)]
    }
    guard head.kind == Wire.text else { throw .malformed }
    offset = start
    return try text(at: &offset)
  }

  /// `nil` in the place of any other value deserves its own words.
  private func fault(_ fault: WireFault, at offset: Int) -> WireFault {
    guard let first = peek(at: offset) else { return .truncated }
    return first == Wire.null || first == Wire.undefined ? .null : fault
  }

  // MARK: Skipping

  /// Moves `offset` past `items` whole items, whatever they contain.
  func skip(_ items: Int = 1, at offset: inout Int) throws(WireFault) {
    var left = items
    while left > 0 {
      left -= 1
      let head = try head(at: &offset)
      switch head.kind {
      case Wire.positive, Wire.negative: break
      case Wire.bytes, Wire.text:
        guard head.argument <= UInt64(end - offset) else { throw .truncated }
        offset += Int(head.argument)
      case Wire.array, Wire.map:
        let each: UInt64 = head.kind == Wire.map ? 2 : 1
        guard head.argument <= UInt64(end - offset) / each else { throw .truncated }
        left += Int(head.argument * each)
      case Wire.tag: left += 1
      default:
        guard head.detail >= 20, head.detail != 24, head.detail != 25 else { throw .malformed }
      }
    }
  }
}
