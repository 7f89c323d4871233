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
  /// What `fail-safe` serves, marked as such, where the load failed and nothing else may stand in.
  /// It is never stored.
  public var fallback: Payload?
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
public struct ConsistencyToken: Sendable, Hashable, LosslessStringConvertible {
  /// The version of the write.
  public let version: Version
  /// The ledger under which the version was issued, where that was this process: in any other its
  /// number means nothing. 0 where a shared store issued it.
  public let origin: UInt64

  /// Creates a token of a version that was issued under a ledger of this identity.
  public init(version: Version, origin: UInt64 = 0) {
    self.version = version
    self.origin = version.issuer == 0 ? origin : 0
  }

  /// Creates a token from the text of one, as it came with a request from elsewhere.
  public init?(_ description: String) {
    let parts = description.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ (1...16).contains($0.utf8.count) }),
      let word = UInt64(parts[0], radix: 16), let origin = UInt64(parts[1], radix: 16)
    else { return nil }
    self.init(version: Version(rawValue: word), origin: origin)
  }

  /// The token as text that fits into a header or a cookie.
  public var description: String {
    "\(String(version.rawValue, radix: 16))-\(String(origin, radix: 16))"
  }

  /// Whether an entry of this version, known under `ledger`, may be shown to the holder.
  ///
  /// An entry whose version comes from another issuer cannot be compared and is not shown.
  public func permits(_ other: Version, in ledger: InvalidationLedger) -> Bool {
    guard other.issuer == version.issuer, !other.isOlder(than: version) else { return false }
    return version.issuer != 0 || origin == ledger.identity
  }
}
