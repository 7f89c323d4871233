// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A shared store that remembers for all its nodes which tags were invalidated, for those that
/// start later too.
///
/// A mark is a version that the store issued at that moment. An entry under the tag whose version
/// is not newer is invalid, whoever reads it: the order is the store's own, no clocks are compared.
/// A store that declares `.marks` conforms; it declares `.versions` too.
public protocol MarkingStore: CacheStore {
  /// Gives the marks one version newer than every version issued before, and remembers it for at
  /// least `lifetime`. No entry outlives its marks: tiers keep none for longer.
  func mark(_ marks: [InvalidationMark], for lifetime: Duration) async throws -> Version

  /// The version of each mark in its order; `nil` for one that was never made.
  func versions(of marks: [InvalidationMark]) async throws -> [Version?]
}

/// A tag of one cache, or all of it, as a shared store knows it.
public struct InvalidationMark: Hashable, Sendable {
  /// The namespace of the cache.
  public let namespace: String
  /// The tag; `nil` for everything in the namespace.
  public let tag: Tag?

  /// Creates a mark for a tag, or for everything.
  public init(namespace: String, tag: Tag? = nil) {
    self.namespace = namespace
    self.tag = tag
  }
}
