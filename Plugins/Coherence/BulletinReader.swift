// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Reads the parts of a ``Bulletin``; every read checks what is left.
struct BulletinReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func byte() -> UInt8? { number(UInt8.self) }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    let width = MemoryLayout<Number>.size
    guard bytes.count - position >= width else { return nil }
    defer { position += width }
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Number.self))
    }
  }

  /// Bytes behind a length of two bytes.
  mutating func short() -> [UInt8]? {
    guard let count = number(UInt16.self).map(Int.init), bytes.count - position >= count else {
      return nil
    }
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }
}

extension [UInt8] {
  mutating func append(number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  /// At most 65,535 bytes with their number; the outbox takes no longer ones.
  mutating func append(short text: [UInt8]) {
    let text = text.prefix(Int(UInt16.max))
    append(number: UInt16(text.count))
    append(contentsOf: text)
  }
}
