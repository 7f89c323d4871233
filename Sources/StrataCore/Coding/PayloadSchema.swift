// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a value type asks for when it is decoded: the names and types of its stored properties, and
/// theirs.
///
/// Swift cannot list the coded properties of a type without an instance, a macro or reflection
/// metadata that may be stripped. `Decodable` itself can: `init(from:)` is run once against a
/// decoder that writes down every name and type it is asked for and answers with sample values.
/// What is seen: properties added, removed, renamed, reordered or retyped, at any depth, inside
/// optionals, arrays, sets, dictionaries, the associated values of enumerations, and superclasses;
/// recursive types end at the first repetition.
///
/// What is not seen:
/// - the raw values of an enumeration (an unknown one fails to decode, which is a miss);
/// - branches that a hand-written `init(from:)` takes only for other input than the samples;
/// - whatever follows a property that rejects every sample. The schema is then not `isComplete`: it
///   rests on the type's name and on what was seen until there.
///
/// ``SchemaVersioned`` is the way out in each case. Type names count without their module and
/// outer types, because private types have no stable full name. An `init(from:)` that traps on bad
/// input would trap here too, as it would on a damaged entry.
public struct PayloadSchema: Sendable {
  /// 64 bits over ``text``.
  public let fingerprint: UInt64
  /// Every property name in the order of first sight, without repetition.
  ///
  /// Equal on both sides of a store whenever the fingerprints are, so a codec may write the
  /// position of a name instead of the name.
  public let fieldNames: [String]
  /// Whether the whole shape was seen.
  public let isComplete: Bool
  /// The shape in readable form: `User(id:Int name:String tags:Array<String>(String))`.
  public let text: String

  /// The schema of `type`, computed once per type and process.
  ///
  /// A type that is not `Decodable` is known by its name only.
  public static func of<Value>(_ type: Value.Type) -> PayloadSchema {
    let id = ObjectIdentifier(type)
    if let known = known.withLock({ $0[id] }) { return known }
    // Probed outside the lock: user code runs in there, and it may ask for another type's schema.
    let schema = PayloadSchema(probing: type)
    return known.withLock { known in
      if let first = known[id] { return first }
      known[id] = schema
      return schema
    }
  }

  /// Bounded by the number of value types in the program.
  private static let known = Lock<[ObjectIdentifier: PayloadSchema]>([:])

  private init<Value>(probing type: Value.Type) {
    let probe = ShapeProbe()
    if let decodable = type as? any Decodable.Type {
      probe.describe(decodable)
    } else {
      probe.describe(undecodable: type)
    }
    text = probe.record.text
    fieldNames = probe.record.fieldNames
    isComplete = probe.record.isComplete
    fingerprint = Self.hash(probe.record.text)
  }

  /// FNV-1a with a final mix: stable everywhere, and collisions matter only between the versions
  /// of one type.
  private static func hash(_ text: String) -> UInt64 {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    state = (state ^ (state >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return state ^ (state >> 29)
  }
}
