// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Thrown to leave a loader whose verdict is in its context; never reaches a caller.
public struct LoadSignal: Error {}

/// What a loader is told, and what it can say beside the value.
///
/// ```swift
/// try await users.value(for: 42) { context in
///   let (user, etag) = try await api.user(42, ifNoneMatch: context.etag)
///   guard let user else { try context.notModified() }
///   context.ttl = user.isGuest ? .seconds(5) : nil
///   context.tags = ["team:\(user.team)"]
///   context.etag = etag
///   return user
/// }
/// ```
public final class LoadContext: Sendable {
  /// The key that is being loaded.
  public let key: CacheKey
  /// The stale entry that is held, whose validators are offered; `nil` on a first load.
  public let stale: Entry?
  /// The lease with which the load began; `nil` only in tests of loaders.
  public let lease: Lease?
  /// The versions under which tiers will take what this load brings, from before it began.
  let fills: [String: Version]
  private let adopted = Lock<LoadContext?>(nil)
  /// What the caller called the key, where the request says so.
  public let argument: (any Sendable)?
  private let state: Lock<LoadedValue>
  private let verdict = Lock(Verdict.value)

  /// How the load ended, beside a value.
  public enum Verdict: Sendable {
    /// With a value.
    case value
    /// The source has no value for the key.
    case notFound
    /// The stale entry is still right.
    case notModified
    /// The load failed, without throwing.
    case failed(any Error)
  }

  /// Creates a context for one key.
  public convenience init(
    key: CacheKey, stale: Entry?, lease: Lease? = nil, argument: (any Sendable)? = nil
  ) {
    self.init(key: key, stale: stale, lease: lease, argument: argument, fills: [:])
  }

  init(
    key: CacheKey, stale: Entry?, lease: Lease?, argument: (any Sendable)?,
    fills: [String: Version]
  ) {
    self.fills = fills
    self.key = key
    self.argument = argument
    self.stale = stale
    self.lease = lease
    state = Lock(LoadedValue(nil))
  }

  /// The context of the load that runs in this task, for functions that were wrapped.
  @TaskLocal public static var current: LoadContext?

  /// The TTL of the value; `nil` takes the cache's.
  public var ttl: Duration? {
    get { state.withLock { $0.ttl } }
    set { state.withLock { $0.ttl = newValue } }
  }

  /// How long the value may be served stale; `nil` takes the cache's.
  public var maxStale: Duration? {
    get { state.withLock { $0.maxStale } }
    set { state.withLock { $0.maxStale = newValue } }
  }

  /// Tags for the value, beyond those of the call.
  public var tags: [Tag] {
    get { state.withLock { $0.tags } }
    set { state.withLock { $0.tags = newValue } }
  }

  /// The size of the value in bytes, where the loader knows it.
  public var size: Int? {
    get { state.withLock { $0.size } }
    set { state.withLock { $0.size = newValue } }
  }

  /// The source's entity tag: the stale entry's until the loader sets a new one.
  public var etag: String? {
    get { state.withLock { $0.etag } ?? stale?.details?.etag }
    set { state.withLock { $0.etag = newValue } }
  }

  /// The source's modification time: the stale entry's until the loader sets a new one.
  public var lastModified: String? {
    get { state.withLock { $0.lastModified } ?? stale?.details?.lastModified }
    set { state.withLock { $0.lastModified = newValue } }
  }

  /// Declines caching: the callers get the value, no tier keeps it.
  public func doNotStore() { state.withLock { $0.isStorable = false } }

  /// Says that the source has no value, which may be remembered (see `negative`).
  public func reportNotFound() { verdict.withLock { $0 = .notFound } }

  /// Says that the stale entry is still right. Without one this is a failed load.
  public func reportNotModified() { verdict.withLock { $0 = .notModified } }

  /// Fails the load without throwing.
  public func reportFailure(_ error: any Error) { verdict.withLock { $0 = .failed(error) } }

  /// Ends the load: the source has no value. Write `try context.notFound()`.
  public func notFound() throws -> Never {
    reportNotFound()
    throw LoadSignal()
  }

  /// Ends the load: the stale entry is still right. Write `try context.notModified()`.
  public func notModified() throws -> Never {
    reportNotModified()
    throw LoadSignal()
  }

  /// How the load ended, beside a value.
  public var ended: Verdict { verdict.withLock { $0 } }

  /// The load that the value came from: another one, where this has taken over what that said.
  var origin: LoadContext { adopted.withLock { $0 } ?? self }

  /// Takes over what another load of the same key said, for a stage that lets callers share loads.
  ///
  /// With it goes the right to store the value, which is as old as that load: what was invalidated
  /// since, here or on another node, keeps the value out.
  public func adopt(_ other: LoadContext) {
    let origin = other.origin
    adopted.withLock { $0 = origin }
    let (value, ended) = (other.state.withLock { $0 }, other.ended)
    state.withLock { $0 = value }
    verdict.withLock { $0 = ended }
  }

  /// What the loader said about the value, with `payload` as the value.
  public func loaded(_ payload: Payload?) -> LoadedValue {
    var value = state.withLock { $0 }
    value.payload = payload
    return value
  }
}
