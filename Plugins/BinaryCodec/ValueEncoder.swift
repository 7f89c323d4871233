// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The encoder of one value: what `encode(to:)` of a type is given.
///
/// It exists while its value is written and knows what the value has become so far. Asking twice
/// for a container of the same kind gives the same container, as a superclass that shares its
/// subclass's encoder expects; everything else out of turn throws when it is written to.
final class ValueEncoder: Encoder {
  enum Form { case empty, map, array, bytes, scalar, finished }

  let output: BinaryOutput
  private let parent: ValueEncoder?
  private let key: (any CodingKey)?
  private let depth: Int

  @exclusivity(unchecked) private(set) var form = Form.empty
  /// The fields of a map, the elements of an array, the bytes of a run.
  @exclusivity(unchecked) private(set) var count = 0
  /// Where the head will go.
  @exclusivity(unchecked) private var start = 0
  /// The name expected first in each element, since elements are alike.
  @exclusivity(unchecked) private var expectedName = 0
  /// Where each field begins, for maps that are sorted when they end.
  @exclusivity(unchecked) private var fields: [Int]?

  init(output: BinaryOutput, parent: ValueEncoder?, key: (any CodingKey)?) {
    self.output = output
    self.parent = parent
    self.key = key
    depth = parent.map { $0.depth + 1 } ?? 0
  }

  /// An encoder that throws at every use, for where the misuse is noticed but nothing can be
  /// thrown.
  static func detached(from parent: ValueEncoder?) -> ValueEncoder {
    let output = BinaryOutput(layout: parent?.output.layout ?? .none, capacity: 16)
    let encoder = ValueEncoder(output: output, parent: parent, key: nil)
    encoder.form = .finished
    return encoder
  }

  var codingPath: [any CodingKey] { (parent?.codingPath ?? []) + (key.map { [$0] } ?? []) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    open(.map)
    if DictionaryKeys.are(type), count == 0 { fields = fields ?? [] }
    return KeyedEncodingContainer(KeyedEncoder(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    open(.array)
    return UnkeyedEncoder(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleValueEncoder(encoder: self)
  }

  private func open(_ wanted: Form) {
    guard form == .empty else { return }
    form = wanted
    start = output.count
    expectedName = output.expectedName
    output.write(byte: 0)
  }

  /// Ends the value. What is written to it from here on throws.
  func finish() {
    switch form {
    case .empty: output.write(byte: Wire.emptyMap)
    case .map:
      if let fields { output.sort(fields: fields) }
      output.patch(head: Wire.map, count, at: start)
    case .array: output.patch(head: Wire.array, count, at: start)
    case .bytes: output.patch(head: Wire.bytes, count, at: start)
    case .scalar, .finished: break
    }
    form = .finished
  }

  // MARK: Fields and elements

  /// Writes a field; a value that cannot be encoded leaves nothing behind.
  func write<Value: Encodable>(_ value: Value, forKey key: some CodingKey) throws {
    let mark = output.mark
    try begin(key.stringValue)
    do {
      try write(value, key)
    } catch {
      output.rewind(to: mark)
      _ = fields?.popLast()
      count -= 1
      throw error
    }
  }

  /// Writes the name of a field.
  @inline(__always)
  func begin(_ name: String) throws {
    guard form == .map else { throw misuse() }
    count &+= 1
    if fields == nil { return output.write(key: name) }
    fields?.append(output.count)
    output.expectedName = expectedName
    output.write(text: name)
  }

  /// Writes an element.
  func append<Value: Encodable>(_ value: Value) throws {
    try beginElement()
    if output.write(leaf: value) { return }
    let mark = output.mark
    do {
      try writeNested(value, ElementKey(count - 1))
    } catch {
      output.rewind(to: mark)
      count -= 1
      throw error
    }
  }

  @inline(__always)
  func beginElement() throws {
    if form == .bytes { unpackBytes() }
    guard form == .array else { throw misuse() }
    count &+= 1
    output.expectedName = expectedName
  }

  /// Writes the only value of a single-value container.
  func set<Value: Encodable>(_ value: Value) throws {
    guard form == .empty else { throw misuse() }
    if output.write(leaf: value) {
      form = .scalar
    } else {
      try value.encode(to: self)
    }
  }

  func setNil() throws {
    guard form == .empty else { throw misuse() }
    output.write(byte: Wire.null)
    form = .scalar
  }

  @inline(__always)
  private func write<Value: Encodable>(_ value: Value, _ key: some CodingKey) throws {
    if !output.write(leaf: value) { try writeNested(value, key) }
  }

  private func writeNested<Value: Encodable>(_ value: Value, _ key: some CodingKey) throws {
    guard depth < BinaryCodec.maximumDepth else {
      throw misuse()
    }
    let nested = ValueEncoder(output: output, parent: self, key: key)
    defer { nested.finish() }
    try value.encode(to: nested)
  }

  /// An encoder for a nested container or a superclass, filled in whatever order.
  func spliced(_ key: some CodingKey) -> ValueEncoder {
    guard depth < BinaryCodec.maximumDepth else { return .detached(from: self) }
    let output = BinaryOutput(layout: output.layout, capacity: 64)
    let content = ValueEncoder(output: output, parent: self, key: key)
    self.output.splice(content)
    return content
  }

  // MARK: Runs of bytes

  /// Writes the elements of a byte sequence, in one piece while the container holds nothing else.
  func append(bytes: UnsafeRawBufferPointer) throws {
    if form == .array, count == 0 { form = .bytes }
    guard form == .bytes else { return try bytes.forEach(append) }
    count += bytes.count
    output.write(raw: bytes)
  }

  /// Turns a run back into separate elements, because something else follows.
  private func unpackBytes() {
    let run = output.tail(from: start + 1)
    output.rewind(to: start + 1)
    for byte in run { output.write(head: Wire.positive, UInt64(byte)) }
    form = .array
  }

  func misuse() -> EncodingError {
    let isTooDeep = depth >= BinaryCodec.maximumDepth
    return EncodingError.invalidValue(
      Self.self,
      .init(
        codingPath: codingPath,
        debugDescription: isTooDeep
          ? "The value nests too deeply." : "The encoder was used out of turn."))
  }
}
