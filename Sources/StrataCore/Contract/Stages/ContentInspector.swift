// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Looks at what tiers find outside of the process, before anybody uses it.
///
/// A stage adds one to the request; every tier further in that keeps bytes asks it about each entry
/// that is intact, and tells it of everything that was not accepted. What is not accepted is a
/// miss: it is neither answered nor held as a fallback, and is loaded anew.
public protocol ContentInspector: Sendable {
  /// Why this entry must not be used, in a word or two that hold no part of it; `nil` accepts it.
  func objection(to entry: Entry, for key: CacheKey) -> String?
  /// Takes note of content that was not accepted, by whomever.
  func noteRejection(of content: RejectedContent)
}

extension ContentInspector {
  /// No objection.
  public func objection(to entry: Entry, for key: CacheKey) -> String? { nil }
}

/// What a store returned for a key and a tier did not accept: a miss for the caller.
public struct RejectedContent: Sendable {
  /// The key that was asked for.
  public let key: CacheKey
  /// The tier that found it.
  public let tier: String
  /// Why it was not accepted.
  public let reason: EnvelopeError
  /// The words of the inspector that objected, where one did.
  public let objection: String?
  /// The bytes as they were found. They may hold a value: never log them.
  public let bytes: [UInt8]

  /// Creates a rejection.
  public init(
    key: CacheKey, tier: String, reason: EnvelopeError, objection: String? = nil, bytes: [UInt8]
  ) {
    self.key = key
    self.tier = tier
    self.reason = reason
    self.objection = objection
    self.bytes = bytes
  }
}
