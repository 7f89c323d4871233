// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What flows down the pipeline: an operation on one key or many.
///
/// A value in behaviour, one reference in size: stages pass it on as it is, and only a stage that
/// changes something pays for a copy.
public struct CacheRequest: Sendable {
  private var box: Box

  /// Creates a request.
  public init(
    _ operation: CacheOperation, keys: Batch<CacheKey>, options: RequestOptions = .standard,
    loader: Loader? = nil, coder: (any PayloadCoder)? = nil
  ) {
    box = Box(
      Fields(
        operation: operation, keys: keys, options: options, loader: loader, callersLoader: loader,
        coder: coder, deadline: options.deadline, passage: Passage(outer: nil)))
  }

  /// What is asked for.
  public var operation: CacheOperation {
    _read { yield box.fields.operation }
    _modify { yield &own.operation }
  }

  /// The keys concerned; none for tag invalidation and clear.
  public var keys: Batch<CacheKey> {
    _read { yield box.fields.keys }
    _modify { yield &own.keys }
  }

  /// What the call asks for beyond the cache's policy.
  public var options: RequestOptions {
    _read { yield box.fields.options }
    _modify { yield &own.options }
  }

  /// Where missing values come from; `nil` asks only for what is there.
  public var loader: Loader? {
    get { box.fields.loader }
    _modify { yield &own.loader }
  }

  /// How payloads become bytes and back, for tiers that hold bytes.
  public var coder: (any PayloadCoder)? {
    get { box.fields.coder }
    _modify { yield &own.coder }
  }

  /// What stages further out want done to bytes before a tier stores them, innermost last.
  public var transforms: [any PayloadTransform] {
    get { box.fields.transforms }
    _modify { yield &own.transforms }
  }

  /// The moment at which the caller gives up.
  public var deadline: Timestamp? {
    get { box.fields.deadline }
    _modify { yield &own.deadline }
  }

  /// With `options.refresh`: an entry made after this moment answers all the same.
  public var acceptsNewerThan: Timestamp? {
    get { box.fields.acceptsNewerThan }
    _modify { yield &own.acceptsNewerThan }
  }

  /// Looks once more into the tiers further out that can answer at once; set by those tiers.
  ///
  /// A stage that is about to start a load asks this first: another load may have filled them since
  /// this request found them empty.
  public var recheck: (@Sendable (CacheKey) -> KeyReply?)? {
    get { box.fields.recheck }
    _modify { yield &own.recheck }
  }

  /// Where a bulk loader is shared by many calls: which. Loads of one source may be joined.
  public var source: LoadSource? {
    get { box.fields.source }
    _modify { yield &own.source }
  }

  /// What the caller called the keys, for bulk loaders that serve several calls.
  public var arguments: [CacheKey: any Sendable] {
    get { box.fields.arguments }
    _modify { yield &own.arguments }
  }

  /// What the next tier further in runs the operations on its store through; set by a stage that
  /// stands before that tier, such as `circuit-breaker`.
  public var storeGate: (any StoreGate)? {
    get { box.fields.storeGate }
    _modify { yield &own.storeGate }
  }

  /// Who looks at what tiers further in find outside of the process.
  public var inspectors: [any ContentInspector] {
    get { box.fields.inspectors }
    _modify { yield &own.inspectors }
  }

  /// Whether the request works behind its caller's back (see ``behind()``).
  public private(set) var isBehind: Bool {
    get { box.fields.isBehind }
    _modify { yield &own.isBehind }
  }

  /// Whether a stage sent this through the pipeline, rather than a caller (see
  /// ``CacheContext/reenter(_:)``): a change like this concerns what is cached, never the source.
  public internal(set) var isReentered: Bool {
    get { box.fields.isReentered }
    _modify { yield &own.isReentered }
  }

  /// Whether this is a change that a caller of this node wants, and not only news about one: what
  /// the write patterns bring to the source.
  public var isOwnChange: Bool { operation.isChange && !isReentered && !isBehind && echo == nil }

  /// Set where the change was made on another node: only what this process keeps is to be changed.
  public var echo: ChangeEcho? {
    get { box.fields.echo }
    _modify { yield &own.echo }
  }

  /// What is remembered of this request's way through the pipeline.
  public var passage: Passage { box.fields.passage }

  // MARK: Copies

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
    request.own.passage = Passage(outer: passage)
    return request
  }

  /// The same request on a way of its own, as work behind the caller's back.
  public func behind() -> CacheRequest {
    var request = detached()
    request.isBehind = true
    return request
  }

  /// The same request on a way of its own, which does not end with this one.
  func detached() -> CacheRequest {
    var request = self
    request.own.passage = Passage(outer: nil)
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
    var request = behind()
    // It will pass every stage again: what they did to it on the way here is undone.
    request.recheck = nil
    request.transforms = []
    request.storeGate = nil
    request.inspectors = []
    request.loader = box.fields.callersLoader
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

extension CacheRequest {
  fileprivate struct Fields: Sendable {
    var operation: CacheOperation
    var keys: Batch<CacheKey>
    var options: RequestOptions
    var loader: Loader?
    /// The loader as the caller gave it, before any stage changed it.
    let callersLoader: Loader?
    var coder: (any PayloadCoder)?
    var transforms: [any PayloadTransform] = []
    var deadline: Timestamp?
    var acceptsNewerThan: Timestamp?
    var recheck: (@Sendable (CacheKey) -> KeyReply?)?
    var source: LoadSource?
    var arguments: [CacheKey: any Sendable] = [:]
    var storeGate: (any StoreGate)?
    var inspectors: [any ContentInspector] = []
    var isBehind = false
    var isReentered = false
    var echo: ChangeEcho?
    var passage: Passage
  }

  fileprivate final class Box: @unchecked Sendable {
    // Sendable: changed only by `own`, which copies a box that anybody else refers to. So accesses
    // never overlap either, and are not checked at run time.
    @exclusivity(unchecked) var fields: Fields
    init(_ fields: Fields) { self.fields = fields }
  }

  /// The fields to change: this request's alone, copied first where another request has them too.
  private var own: Fields {
    get { box.fields }
    _modify {
      if !isKnownUniquelyReferenced(&box) { box = Box(box.fields) }
      yield &box.fields
    }
  }
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
