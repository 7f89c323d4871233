// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The decoder of one value: what `init(from:)` of a type is given.
///
/// Fields are read in the order in which they were written as long as they are asked for in that
/// order, which is what synthesised code does. The first request out of order makes an index of the
/// map, and everything goes through that. However far a value was read, its owner goes on behind
/// it.
final class ValueDecoder: Decoder {
  let input: BinaryInput
  private let parent: ValueDecoder?
  private let key: (any CodingKey)?
  private let depth: Int
  let start: Int

  /// How far into the map or array the value was read, and what is left of it behind that.
  @exclusivity(unchecked) private var cursor: Int
  @exclusivity(unchecked) private var left = 1
  @exclusivity(unchecked) private var isMap = false
  @exclusivity(unchecked) private var index: FieldIndex?

  init(input: BinaryInput, parent: ValueDecoder?, key: (any CodingKey)?, start: Int) {
    self.input = input
    self.parent = parent
    self.key = key
    self.start = start
    cursor = start
    depth = parent.map { $0.depth + 1 } ?? 0
  }

  var codingPath: [any CodingKey] { (parent?.codingPath ?? []) + (key.map { [$0] } ?? []) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    if !isMap { try openMap() }
    return KeyedDecodingContainer(KeyedDecoder(decoder: self))
  }

  private func openMap() throws {
    var offset = start
    do throws(WireFault) {
      left = try input.count(Wire.map, at: &offset, each: 2)
    } catch {
      throw self.error(error)
    }
    cursor = offset
    isMap = true
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try UnkeyedDecoder(decoder: self)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    SingleValueDecoder(decoder: self)
  }

  // MARK: Fields

  /// Where the value of a key begins, `nil` where the key is absent.
  @inline(__always)
  func find(_ name: String) throws(WireFault) -> Int? {
    if index == nil, left > 0 {
      var offset = cursor
      if try input.key(at: &offset) == name { return present(offset) }
    }
    return try findInIndex(name)
  }

  private func findInIndex(_ name: String) throws(WireFault) -> Int? {
    if index == nil { index = try FieldIndex(input, mapAt: start) }
    return index?[name].flatMap(present)
  }

  @inline(__always)
  private func present(_ offset: Int) -> Int? {
    if input.peek(at: offset) != Wire.undefined { return offset }
    if index == nil { didRead(upTo: offset + 1) }
    return nil
  }

  /// Takes note that a field or an element was read. In a map with an index that no longer matters.
  @inline(__always)
  func didRead(upTo offset: Int) {
    guard index == nil else { return }
    cursor = offset
    left &-= 1
  }

  /// Takes note of how far an array is read by whichever container reads it now.
  func didRead(upTo offset: Int, left: Int) {
    cursor = offset
    self.left = left
  }

  /// The names of all fields that are there.
  func names() throws(WireFault) -> [String] {
    var offset = start
    let count = try input.count(Wire.map, at: &offset, each: 2)
    var names: [String] = []
    for _ in 0..<count {
      let name = try input.key(at: &offset)
      if input.peek(at: offset) != Wire.undefined { names.append(name) }
      try input.skip(at: &offset)
    }
    return names
  }

  // MARK: Values

  func nested<Value: Decodable>(
    _ type: Value.Type, at offset: inout Int, _ key: some CodingKey
  ) throws -> Value {
    if input.kind(at: offset) == Wire.bytes { return try data(type, at: &offset, key) }
    let nested = try decoder(at: offset, key)
    let value = try type.init(from: nested)
    offset = try nested.end()
    return value
  }

  /// The value of this decoder itself, for types that are read as another type.
  func single<Value: Decodable>(_ type: Value.Type) throws -> Value {
    var offset = start
    if Self.isLeaf(type) {
      let value = try value(type, at: &offset, SelfKey())
      didRead(upTo: offset, left: 0)
      return value
    }
    if input.kind(at: offset) == Wire.bytes {
      let value = try data(type, at: &offset, SelfKey())
      didRead(upTo: offset, left: 0)
      return value
    }
    return try type.init(from: self)
  }

  /// A value made of bytes: `Data` at once, which would ask for them one by one, others their own
  /// way.
  @inline(never)
  private func data<Value: Decodable>(
    _ type: Value.Type, at offset: inout Int, _ key: some CodingKey
  ) throws -> Value {
    do throws(WireFault) {
      if _typeName(type, qualified: false) == "Data",
        let sequence = type as? any RangeReplaceableCollection<UInt8>.Type,
        let data = sequence.init(try input.bytes(at: &offset)) as? Value
      {
        return data
      }
    } catch {
      throw self.error(error, key)
    }
    let nested = try decoder(at: offset, key)
    let value = try type.init(from: nested)
    offset = try nested.end()
    return value
  }

  /// A decoder for the item at `offset`.
  func decoder(at offset: Int, _ key: some CodingKey) throws -> ValueDecoder {
    guard depth < BinaryCodec.maximumDepth else { throw error(.tooDeep, key) }
    return ValueDecoder(input: input, parent: self, key: key, start: offset)
  }

  /// The only value of a payload.
  func root<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try single(type)
    if let damage = input.damage { throw error(damage) }
    guard try end() == input.end else { throw error(.malformed) }
    return value
  }

  /// Where the value ends, however little of it was read.
  func end() throws -> Int {
    do throws(WireFault) {
      if let index { return index.end }
      var offset = cursor
      if left > 0 { try input.skip(isMap ? left * 2 : left, at: &offset) }
      return offset
    } catch {
      throw self.error(error)
    }
  }

  // MARK: Errors

  func error(_ fault: WireFault, _ key: (any CodingKey)? = nil) -> DecodingError {
    let path = key.map { $0 is SelfKey ? [] : [$0] } ?? []
    let context = DecodingError.Context(
      codingPath: codingPath + path, debugDescription: fault.explanation)
    return switch fault {
    case .mismatch: .typeMismatch(Any.self, context)
    case .null, .exhausted: .valueNotFound(Any.self, context)
    default: .dataCorrupted(context)
    }
  }
}
