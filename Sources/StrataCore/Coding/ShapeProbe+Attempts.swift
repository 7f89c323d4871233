// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Making a value of a type that may reject what it is given.
///
/// A `UUID` wants a UUID and an enumeration with associated values exactly one known case, so a
/// type gets one attempt per sample, and one per case where it has cases. What failed attempts
/// wrote is rolled back; if all fail, the one that got furthest is kept.
extension ShapeProbe {
  func probe<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let before = record
    var furthest = record
    for sample in 0..<ShapeSamples.count {
      if let value = try? everyCase(of: type, sample: sample) { return value }
      if record.length > furthest.length { furthest = record }
      record = before
    }
    record = furthest
    // A raw-valued enumeration rejects every raw value but its own, and was seen whole all the
    // same.
    if type is any RawRepresentable.Type, let value = ShapeSamples.zero(type) { return value }
    write("?")
    record.isComplete = false
    return try minimalValue(of: type)
  }

  private func everyCase<Value: Decodable>(of type: Value.Type, sample: Int) throws -> Value {
    var (value, cases) = try run(type, sample: sample, caseIndex: 0)
    var index = 1
    while index < cases {
      write("|")
      cases = try run(type, sample: sample, caseIndex: index).cases
      index += 1
    }
    return value
  }

  private func run<Value: Decodable>(
    _ type: Value.Type, sample: Int, caseIndex: Int
  ) throws -> (value: Value, cases: Int) {
    let outer = attempt
    defer { attempt = outer }
    attempt = ShapeAttempt(sample: sample, caseIndex: caseIndex)
    let value = try type.init(from: ShapeDecoder(probe: self, prefix: ""))
    return (value, attempt.caseCount)
  }

  /// A value with everything left out that can be: empty collections, no optionals, the first case
  /// that does not need the type itself. Nothing is written down meanwhile.
  func minimalValue<Value: Decodable>(of type: Value.Type) throws -> Value {
    let id = ObjectIdentifier(type)
    guard minimal.insert(id).inserted else { throw ShapeFailure() }
    let outer = attempt
    defer {
      attempt = outer
      minimal.remove(id)
    }
    for sample in 0..<ShapeSamples.count {
      attempt = ShapeAttempt(sample: sample)
      repeat {
        try spend()
        let value = try? type.init(from: ShapeDecoder(probe: self, prefix: ""))
        if let value {
          values[id] = value
          return value
        }
        attempt.caseIndex += 1
      } while attempt.caseIndex < attempt.caseCount
    }
    guard let value = ShapeSamples.zero(type) else { throw ShapeFailure() }
    return value
  }
}
