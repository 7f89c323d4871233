// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Runs `init(from:)` of types against sample values and writes down what they asked for.
///
/// Each type is described once; later sights are a back reference, so the work is bounded by the
/// number of types, samples and enumeration cases, and by `budget` for an initializer that loops.
final class ShapeProbe {
  var record = ShapeRecord()
  /// What the type under probe is answered.
  var attempt = ShapeAttempt()
  /// Values made so far, to go on with when a type is seen again.
  var values: [ObjectIdentifier: any Decodable] = [:]
  /// Types of which a value is being made and nothing written down; see `minimalValue(of:)`.
  var minimal: Set<ObjectIdentifier> = []
  private var budget = 20_000

  var isMinimal: Bool { !minimal.isEmpty }

  /// Describes the type a schema is asked for.
  func describe(_ type: any Decodable.Type) {
    do { _ = try value(of: type) } catch { record.isComplete = false }
  }

  /// Describes a type that cannot be decoded by its name.
  func describe(undecodable type: Any.Type) {
    write(_typeName(type, qualified: false) + "?")
    record.isComplete = false
  }

  /// Writes down the shape of `type` and makes a value of it, so that its owner can go on.
  func value<Value: Decodable>(of type: Value.Type) throws -> Value {
    try spend()
    if let leaf = ShapeSamples.leaf(type, attempt.sample) {
      write(_typeName(type, qualified: false))
      return leaf
    }
    let id = ObjectIdentifier(type)
    if isMinimal { return try values[id] as? Value ?? minimalValue(of: type) }
    if let number = record.numbers[id] {
      write("^\(number)")
      return try values[id] as? Value ?? minimalValue(of: type)
    }
    record.numbers[id] = record.numbers.count
    write(_typeName(type, qualified: false))
    let value = try firstValue(of: type)
    values[id] = value
    return value
  }

  private func firstValue<Value: Decodable>(of type: Value.Type) throws -> Value {
    if let versioned = type as? any SchemaVersioned.Type {
      write("@\(versioned.schemaVersion)")
      return try minimalValue(of: type)
    }
    write("(")
    defer { write(")") }
    guard let container = type as? any ShapedContainer.Type else { return try probe(type) }
    guard let value = container.shapedValue(by: self) as? Value else { throw ShapeFailure() }
    return value
  }

  /// Whether `type` is being described further out and has no value yet.
  func isUnderway(_ type: Any.Type) -> Bool {
    let id = ObjectIdentifier(type)
    return record.numbers[id] != nil && values[id] == nil
  }

  func write(_ piece: String) {
    if !isMinimal { record.text += piece }
  }

  func write(field name: String, prefix: String, isOptional: Bool = false) {
    if !isMinimal { record.add(field: name, prefix: prefix, isOptional: isOptional) }
  }

  /// Counts a step. An initializer that never ends runs out of them and fails.
  func spend() throws {
    budget -= 1
    if budget < 0 { throw ShapeFailure() }
  }
}

/// Why a probe gave up. Caught where the schema is made.
struct ShapeFailure: Error {}
