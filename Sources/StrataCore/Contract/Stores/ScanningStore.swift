// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A store that lists its keys: how a stage invalidates by pattern, or shows what is there.
///
/// A store that declares `.scan` conforms. What it is held to:
/// - A key that is stored from the beginning of a scan to its end is in one of the pages; one that
///   comes or goes meanwhile may be.
/// - A key may be in several pages. Pages may be empty, or longer than asked for, and a scan ends.
public protocol ScanningStore: CacheStore {
  /// The keys in one page of the store that match `pattern`, about `limit` of them.
  func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage
}

/// How far a scan has come: only the store that gave it knows what it means.
public struct ScanCursor: Hashable, Sendable {
  /// The word.
  public let rawValue: UInt64
  /// Creates a cursor from its word.
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// Where every scan begins.
  public static let start = ScanCursor(rawValue: 0)
}

/// One page of a scan.
public struct ScanPage: Sendable {
  /// The keys.
  public var keys: [CacheKey]
  /// Where the next page begins; `nil` after the last.
  public var next: ScanCursor?

  /// Creates a page.
  public init(_ keys: [CacheKey], next: ScanCursor? = nil) {
    self.keys = keys
    self.next = next
  }
}
