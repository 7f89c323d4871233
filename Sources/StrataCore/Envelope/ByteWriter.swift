// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Appends fixed-width little-endian numbers and length-prefixed bytes to a buffer.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func write(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(raw more: [UInt8]) { bytes.append(contentsOf: more) }

  /// A text of at most 65,535 bytes; a longer one is cut (tags and validators are limited before).
  mutating func write(short text: String) {
    let utf8 = Array(text.utf8.prefix(Int(UInt16.max)))
    write(UInt16(utf8.count))
    bytes.append(contentsOf: utf8)
  }
}

/// Reads what ``ByteWriter`` wrote; every read checks what is left.
struct ByteReader {
  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var left: Int { bytes.count - position }

  mutating func read<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(EnvelopeError) -> Number {
    let width = MemoryLayout<Number>.size
    guard left >= width else { throw .truncated }
    let start = position
    position += width
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Number.self))
    }
  }

  mutating func read(raw count: Int) throws(EnvelopeError) -> [UInt8] {
    guard count >= 0, left >= count else { throw .truncated }
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }

  mutating func readShortText() throws(EnvelopeError) -> String {
    let count = Int(try read(UInt16.self))
    return String(decoding: try read(raw: count), as: UTF8.self)
  }
}
