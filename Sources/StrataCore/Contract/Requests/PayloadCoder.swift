// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Turns payloads of one cache's value type into bytes and back.
///
/// Made by `Cache` from the value type and the codec the plan names; stages and tiers only pass it
/// on.
public protocol PayloadCoder: Sendable {
  /// The codec's number on the wire.
  var codec: UInt8 { get }
  /// The fingerprint of the value type: a stored value of another fingerprint is a miss.
  var schema: UInt64 { get }
  /// The bytes of a payload; the bytes it has, where it is encoded already.
  func encode(_ payload: Payload) throws -> [UInt8]
  /// The live payload of bytes that this coder made.
  func decode(_ bytes: [UInt8]) throws -> Payload
}

/// Something done to encoded bytes before a tier stores them, and undone when they come back.
///
/// A stage such as `compression` or `encryption` adds one to the request; every tier further in
/// applies them in order. What comes back may be anything: `open` must survive it.
public protocol PayloadTransform: Sendable {
  /// The transform's number on the wire, 1...255, by which a reader knows how to undo it.
  ///
  /// Taken by what comes with Strata: 1 compression, 2 encryption, 3 the signature of `validation`.
  var number: UInt8 { get }
  /// Whether a payload that was sealed without this is refused; default no.
  ///
  /// For transforms that prove something: whoever can write to the store could leave them out.
  var isRequired: Bool { get }
  /// The transformed bytes, or `nil` to leave these as they are (compression that does not help).
  func seal(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8]?
  /// The original bytes. Throws where they cannot be had; that is a miss with a count, never a
  /// value.
  func open(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8]
}

extension PayloadTransform {
  /// What was sealed without it is read as it is.
  public var isRequired: Bool { false }
}

/// What sealed bytes belong to: bound into them by transforms that authenticate.
public struct PayloadIdentity: Hashable, Sendable {
  /// The key's digest.
  public let key: KeyDigest
  /// The entry's version.
  public let version: Version
  /// The fingerprint of the value type.
  public let schema: UInt64
  /// Everything that the envelope says before its payload: the three above, the codec, times, tags,
  /// whether there is a value at all, and the transforms that were applied before.
  public let head: [UInt8]

  /// Creates an identity.
  public init(key: KeyDigest, version: Version, schema: UInt64, head: [UInt8] = []) {
    self.key = key
    self.version = version
    self.schema = schema
    self.head = head
  }
}
