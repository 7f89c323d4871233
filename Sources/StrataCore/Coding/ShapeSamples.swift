// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The values a probe hands out.
///
/// The first sample is the one that most hand-written initializers accept: not empty, a number, a
/// relative URL. The others are for types that want something particular.
enum ShapeSamples {
  private static let texts = [
    "1", "", "00000000-0000-0000-0000-000000000000", "https://example.com/",
    "2000-01-01T00:00:00Z", "a@example.com", "GMT",
  ]
  private static let numbers: [Int8] = [1, 0, 2]

  static var count: Int { texts.count }

  static func text(_ sample: Int) -> String { texts[sample % texts.count] }
  static func integer<Number: FixedWidthInteger>(_ sample: Int) -> Number {
    Number(truncatingIfNeeded: numbers[sample % numbers.count])
  }

  /// A value of a type that codecs know by themselves, `nil` for any other type.
  static func leaf<Value>(_ type: Value.Type, _ sample: Int) -> Value? {
    switch type {
    case is Bool.Type: true as? Value
    case is String.Type: text(sample) as? Value
    case is Double.Type: 1.0 as? Value
    case is Float.Type: Float(1) as? Value
    case is any FixedWidthInteger.Type: number(type, sample)
    default: nil
    }
  }

  private static func number<Value>(_ type: Value.Type, _ sample: Int) -> Value? {
    // Types of the standard library only: an integer type of the user's own decodes as it likes.
    let known: [any FixedWidthInteger.Type] = [
      Int.self, Int8.self, Int16.self, Int32.self, Int64.self, Int128.self,
      UInt.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self, UInt128.self,
    ]
    func make<Number: FixedWidthInteger>(_: Number.Type) -> Value? {
      (integer(sample) as Number) as? Value
    }
    guard let match = known.first(where: { $0 == type }) else { return nil }
    return make(match)
  }

  /// A value of all zero bits, of a type in which those are always one: no references, no pointers.
  ///
  /// A trivial `Codable` type is made of numbers, booleans and enumerations, for which zero is a
  /// number, `false` and the first case. Of the types without any bits, only an enumeration with
  /// raw values is known to have a case at all.
  static func zero<Value>(_ type: Value.Type) -> Value? {
    let size = MemoryLayout<Value>.size
    guard _isPOD(type), size > 0 || type is any RawRepresentable.Type else { return nil }
    return withUnsafeTemporaryAllocation(
      byteCount: max(size, 1), alignment: MemoryLayout<Value>.alignment
    ) { bytes in
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      return bytes.load(as: type)
    }
  }

  /// Every case of an enumeration of coding keys, or `nil` for keys of any other kind.
  ///
  /// An enumeration without associated values is its case's number, in one byte up to 256 cases and
  /// in no byte at all for one; `nil` of its optional is the first number that is not a case. That
  /// is the layout Swift's ABI documents, and what tells the number of cases without listing them.
  static func cases<Key>(of type: Key.Type) -> [Key]? {
    guard _isPOD(type), MemoryLayout<Key?>.size == 1 else { return nil }
    if MemoryLayout<Key>.size == 0 { return [unsafeBitCast((), to: type)] }
    let end = unsafeBitCast(Key?.none, to: UInt8.self)
    return (0..<end).map { unsafeBitCast($0, to: type) }
  }
}
