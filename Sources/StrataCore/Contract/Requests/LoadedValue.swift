// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A value on its way into the cache: what a loader produced or a caller writes.
public struct LoadedValue: Sendable {
  /// The value; `nil` says that the source has none.
  public var payload: Payload?
  /// Its TTL, where it differs from the cache's.
  public var ttl: Duration?
  /// How long it may be served stale, where that differs from the cache's.
  public var maxStale: Duration?
  /// Tags beyond those of the request.
  public var tags: [Tag] = []
  /// The source's entity tag.
  public var etag: String?
  /// The source's modification time.
  public var lastModified: String?
  /// The size in bytes, where the producer knows it.
  public var size: Int?
  /// Whether it may be stored at all.
  public var isStorable = true

  /// Creates a value.
  public init(_ payload: Payload?) { self.payload = payload }
}
