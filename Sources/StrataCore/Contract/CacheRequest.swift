// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What flows down the pipeline: an operation on one key or many.
public struct CacheRequest: Sendable {
  /// What is asked for.
  public var operation: CacheOperation
  /// The keys concerned; none for tag invalidation and clear.
  public var keys: Batch<CacheKey>
  /// What the call asks for beyond the cache's policy.
  public var options: RequestOptions
  /// Where missing values come from; `nil` asks only for what is there.
  public var loader: Loader?
  /// The loader as the caller gave it, before any stage changed it.
  private let callersLoader: Loader?
  /// How payloads become bytes and back, for tiers that hold bytes.
  public var coder: (any PayloadCoder)?
  /// What stages further out want done to bytes before a tier stores them, innermost last.
  public var transforms: [any PayloadTransform] = []
  /// The moment at which the caller gives up.
  public var deadline: Timestamp?
  /// With `options.refresh`: an entry made after this moment answers all the same.
  public var acceptsNewerThan: Timestamp?
  /// Looks once more into the tiers further out that can answer at once; set by those tiers.
  ///
  /// A stage that is about to start a load asks this first: another load may have filled them since
  /// this request found them empty.
  public var recheck: (@Sendable (CacheKey) -> KeyReply?)?
  /// Set where the change was made on another node: only what this process keeps is to be changed.
  public var echo: ChangeEcho?
  /// What is remembered of this request's way through the pipeline.
  public private(set) var passage: Passage

  /// Creates a request.
  public init(
    _ operation: CacheOperation, keys: Batch<CacheKey>, options: RequestOptions = .standard,
    loader: Loader? = nil, coder: (any PayloadCoder)? = nil
  ) {
    self.operation = operation
    self.keys = keys
    self.options = options
    self.loader = loader
    callersLoader = loader
    self.coder = coder
    deadline = options.deadline
    passage = Passage(outer: nil)
  }

  /// The request for some of its keys only, by their positions.
  ///
  /// It counts as a new request: a stage may pass on several parts of one request.
  public func narrowed(to positions: [Int]) -> CacheRequest {
    var request = again()
    request.keys = Batch(positions.map { keys[$0] })
    if case .write(let values) = operation {
      request.operation = .write(Batch(positions.map { values[$0] }))
    }
    if let versions = echo?.versions, versions.count == keys.count {
      request.echo?.versions = Batch(positions.map { versions[$0] })
    }
    return request
  }

  /// The same request once more, for a stage that calls `next` another time on purpose.
  public func again() -> CacheRequest {
    var request = self
    request.passage = Passage(outer: passage)
    return request
  }

  /// The same request on a way of its own, which does not end with this one.
  func detached() -> CacheRequest {
    var request = self
    request.passage = Passage(outer: nil)
    for key in keys {
      if let held = held(for: key) {
        request.hold(held.entry, for: key, from: held.tier, checkedIn: held.checkedIn)
      }
    }
    return request
  }

  /// The request that loads anew, without a deadline of the caller's: for work behind the caller's
  /// back. A tier that has a fresh entry made after `known` may still answer.
  public func refreshing(unlessNewerThan known: Timestamp? = nil) -> CacheRequest {
    var request = detached()
    // It will pass every stage again: what they did to it on the way here is undone.
    request.recheck = nil
    request.transforms = []
    request.loader = callersLoader
    request.options.refresh = true
    request.acceptsNewerThan = known
    request.options.deadline = nil
    request.options.timeout = nil
    request.deadline = nil
    return request
  }

  // MARK: Stale entries

  /// Remembers an entry that a tier found and that is not good enough as an answer.
  ///
  /// Every stage of this request can see it, further out too: `fail-safe` serves it, the loader is
  /// offered its validators. Of two for one key the newer is kept; of two that are as new, the one
  /// that is usable for longer, or else the outermost.
  public func hold(
    _ entry: Entry, for key: CacheKey, from tier: String, checkedIn epoch: UInt64? = nil
  ) {
    passage.hold(HeldEntry(entry: entry, tier: tier, checkedIn: epoch), for: key)
  }

  /// The best entry that is held for `key` so far.
  public func held(for key: CacheKey) -> HeldEntry? { passage.held(for: key) }
}

/// An entry that was found and is not good enough as an answer: stale, or due for attention.
public struct HeldEntry: Sendable {
  /// The entry.
  public var entry: Entry
  /// The tier that has it.
  public var tier: String
  /// The epoch in which it was found to be valid, where the tier says so.
  public var checkedIn: UInt64?

  /// Creates a held entry.
  public init(entry: Entry, tier: String, checkedIn epoch: UInt64? = nil) {
    self.entry = entry
    self.tier = tier
    checkedIn = epoch
  }
}
