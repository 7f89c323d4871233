// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Builds the bytes of a key, on the stack while they fit.
///
/// The form is readable text. Parts are joined by `:`. A text part escapes `:`, `%`, `,`, `~` and
/// control characters as `%XX` and carries a leading `'` where it could be read as another kind of
/// part (empty, or beginning with a digit, a sign or `'`), so the encoding can be undone and two
/// different lists of parts never give the same bytes: `user:42` is the number, `user:'42` the
/// text.
public struct KeyBuilder: ~Copyable {
  @usableFromInline var buffer: UnsafeMutableRawBufferPointer
  @usableFromInline var count = 0
  @usableFromInline var spill: UnsafeMutableRawBufferPointer?
  /// What is done to the text and dictionaries appended from here on; `nil` is nothing.
  public var normalization: KeyNormalization?

  /// Creates a builder over scratch memory that outlives it.
  @inlinable public init(scratch: UnsafeMutableRawBufferPointer) { buffer = scratch }

  deinit { spill?.deallocate() }

  /// The bytes so far. Valid until the next append.
  @inlinable public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer[0..<count])
  }

  /// Cuts the key to its first `length` bytes.
  public mutating func truncate(to length: Int) { count = min(count, max(0, length)) }

  /// Appends one byte as it is.
  @inlinable @inline(__always)
  public mutating func append(byte: UInt8) {
    if count == buffer.count { grow(by: 1) }
    buffer[count] = byte
    count &+= 1
  }

  /// Appends bytes as they are: the fixed text of a template, already escaped.
  @inlinable @inline(__always)
  public mutating func append(encoded bytes: UnsafeRawBufferPointer) {
    if buffer.count &- count < bytes.count { grow(by: bytes.count) }
    guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
    (target + count).copyMemory(from: source, byteCount: bytes.count)
    count &+= bytes.count
  }

  /// Appends a number in decimal.
  @inlinable public mutating func append(integer: some FixedWidthInteger) {
    var magnitude = UInt64(truncatingIfNeeded: integer.magnitude)
    if integer < 0 { append(byte: UInt8(ascii: "-")) }
    if magnitude < 10 { return append(byte: UInt8(truncatingIfNeeded: magnitude) &+ 48) }
    if buffer.count &- count < 20 { grow(by: 20) }
    var digits = 1
    var rest = magnitude / 10
    while rest > 0 {
      digits &+= 1
      rest /= 10
    }
    var position = count &+ digits
    count = position
    while position > count &- digits {
      position &-= 1
      let next = magnitude / 10
      buffer[position] = UInt8(truncatingIfNeeded: magnitude &- next &* 10) &+ 48
      magnitude = next
    }
  }

  /// Appends a text part, escaped.
  @inlinable public mutating func append(text: String) {
    var text = normalization == nil ? text : normalized(text)
    text.withUTF8 { append(text: UnsafeRawBufferPointer($0)) }
  }

  @inlinable mutating func append(text: UnsafeRawBufferPointer) {
    if KeyBuilder.needsMark(text.first) { append(byte: UInt8(ascii: "'")) }
    if buffer.count &- count < text.count { grow(by: text.count) }
    for byte in text {
      if KeyBuilder.isPlain(byte) { append(byte: byte) } else { appendEscaped(byte) }
    }
  }

  /// Whether a text that begins like this could be taken for another kind of part.
  @inlinable static func needsMark(_ first: UInt8?) -> Bool {
    guard let first else { return true }
    return (first >= 48 && first <= 57) || first == UInt8(ascii: "-") || first == UInt8(ascii: "'")
  }

  @inlinable @inline(__always)
  static func isPlain(_ byte: UInt8) -> Bool {
    if byte > UInt8(ascii: ":") { return byte != UInt8(ascii: "~") && byte != 127 }
    return byte > 32 && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "%")
      && byte != UInt8(ascii: ",")
  }

  @usableFromInline func normalized(_ text: String) -> String {
    var text = Substring(text)
    if normalization?.trims == true {
      text = text.drop(while: \.isWhitespace)
      while text.last?.isWhitespace == true { text.removeLast() }
    }
    return normalization?.lowercases == true ? text.lowercased() : String(text)
  }

  @usableFromInline mutating func appendEscaped(_ byte: UInt8) {
    let digits = Array("0123456789ABCDEF".utf8)
    append(byte: UInt8(ascii: "%"))
    append(byte: digits[Int(byte >> 4)])
    append(byte: digits[Int(byte & 15)])
  }

  @usableFromInline mutating func grow(by more: Int) {
    let capacity = max(buffer.count * 2, count + more, 64)
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    if let source = buffer.baseAddress, let target = larger.baseAddress {
      target.copyMemory(from: source, byteCount: count)
    }
    spill?.deallocate()
    spill = larger
    buffer = larger
  }
}
