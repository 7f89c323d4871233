// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What one call asks for beyond the cache's policy.
public struct RequestOptions: Sendable {
  /// The TTL of what this call stores.
  public var ttl: Duration?
  /// How long what this call stores may be served stale.
  public var maxStale: Duration?
  /// Tags of what this call stores.
  public var tags: [Tag] = []
  /// Loads even where a fresh entry exists.
  public var refresh = false
  /// Takes a stale entry rather than loading, and rather than nothing.
  public var allowsStale = false
  /// Tiers (by name, or `all`) that are not read.
  public var skipReading: TierSelection = .none
  /// Tiers (by name, or `all`) that are not written.
  public var skipWriting: TierSelection = .none
  /// The moment at which the caller gives up.
  public var deadline: Timestamp?
  /// The caller gives up this long after the call began.
  public var timeout: Duration?
  /// Nothing older than this may be served.
  public var token: ConsistencyToken?
  /// The span that this call belongs to; the task's own (``TraceContext/current``) where there is
  /// none.
  public var trace: TraceContext?
  /// A bounded word under which metrics may count this call.
  public var label: String?

  /// Creates options that ask for nothing special.
  public init() {}

  /// The options of most calls.
  public static let standard = RequestOptions()

  /// Options that go past the cache: nothing is read from it and nothing stored.
  public static var bypass: RequestOptions {
    var options = RequestOptions()
    options.skipReading = .all
    options.skipWriting = .all
    return options
  }
}

/// Which tiers a call leaves out.
public enum TierSelection: Sendable, Hashable {
  /// Uses every tier.
  case none
  /// Uses no tier.
  case all
  /// Leaves out the tiers named, by their store's name or their stage's id.
  case named(Set<String>)

  /// Whether the tier known by one of `names` is left out.
  public func contains(_ names: String...) -> Bool {
    switch self {
    case .none: false
    case .all: true
    case .named(let selected): names.contains(where: selected.contains)
    }
  }
}

/// What a write returns so that its writer reads nothing older afterwards, on any node.
public struct ConsistencyToken: Sendable, Hashable {
  /// The version of the write.
  public let version: Version

  /// Creates a token.
  public init(version: Version) { self.version = version }

  /// Whether an entry of this version may be shown to the holder.
  ///
  /// An entry whose version comes from another issuer cannot be compared and is not shown.
  public func permits(_ other: Version) -> Bool {
    other.issuer == version.issuer && !other.isOlder(than: version)
  }
}
