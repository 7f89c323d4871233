// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a cache answers when nothing happens at the same time: a table for each tier, read from the
/// outside in, filled from the inside out. No concurrency, no leases, no epochs, no encoding.
struct ReferenceModel {
  struct Record {
    /// `nil` is "the source has none"; such a record is never stored.
    var value: Int?
    var createdAt: Int
    var fresh: Int
    var usable: Int
    var tags: [Int]
    /// Who ordered it, 0 is this process, and its place in that order.
    var version: (issuer: Int, number: Int)

    func isOlder(than other: Record) -> Bool {
      version.issuer == other.version.issuer && version.number < other.version.number
    }

    func outlasts(_ other: Record) -> Bool {
      (createdAt, usable, fresh) > (other.createdAt, other.usable, other.fresh)
    }
  }

  struct Tier {
    var name: String
    var ttl: Int?
    var maxStale: Int?
    let kind: PipelineShape.Kind
    var records: [Int: Record] = [:]
  }

  let shape: PipelineShape
  var tiers: [Tier]
  var now = 0
  /// The order of all events: of two things at one moment the later is greater.
  private var order = 0
  private var invalidatedAt: [Int: Int] = [:]
  private var clearedAt = 0
  /// The keys that were loaded, in order.
  var loads: [Int] = []

  init(_ shape: PipelineShape) {
    self.shape = shape
    tiers = shape.tiers.map {
      Tier(
        name: $0.name, ttl: $0.stage.ttl, maxStale: $0.stage.maxStale,
        kind: $0.stage.kind)
    }
  }

  /// The answers to a step, one for each key. Loads and writes number their values from `base` on.
  mutating func answer(_ step: Step, base: Int) -> [Answer] {
    switch step {
    case .read(let keys, let options, let load):
      return keys.map { read($0, options, load, value: base + $0) }
    case .write(let keys, let options): return keys.map { write($0, options, value: base + $0) }
    case .remove(let keys):
      for tier in tiers.indices { for key in keys { tiers[tier].records[key] = nil } }
      return keys.map { _ in Answer(.done) }
    case .expire(let keys):
      for key in keys { expire(key) }
      return keys.map { _ in Answer(.done) }
    case .touch(let keys, let ttl):
      for key in keys { touch(key, ttl) }
      return keys.map { _ in Answer(.done) }
    case .lifetime(let keys): return keys.map(lifetime)
    case .invalidate(let tags):
      for tag in tags { invalidatedAt[tag] = next() }
      return []
    case .clear:
      clearedAt = next()
      for tier in tiers.indices { tiers[tier].records = [:] }
      return []
    case .wait(let seconds):
      now += seconds
      return []
    }
  }

  // MARK: Read

  private mutating func read(
    _ key: Int, _ options: ReadOptions, _ load: Load?, value: Int
  ) -> Answer {
    var stale: (record: Record, tier: String)?
    for (index, tier) in tiers.enumerated() where !options.skipReading.contains(tier.name) {
      guard let record = usable(tier.records[key]) else { continue }
      if now < record.fresh, !options.refresh {
        // Memory hands out no lease, so what is found there is not copied outwards.
        if tier.kind != .memory { fill(record, key, tiers: 0..<index, options) }
        return Answer(.hit(tier.name), record.value)
      }
      if stale.map({ record.outlasts($0.record) }) ?? true {
        stale = (record, tier.name)
      }
    }
    if let stale, options.allowsStale, !options.refresh {
      return Answer(.stale(stale.tier), stale.record.value)
    }
    guard let load else { return Answer(.miss) }
    return self.load(key, load, options, stale?.record, value: value)
  }

  private mutating func load(
    _ key: Int, _ load: Load, _ options: ReadOptions, _ stale: Record?, value: Int
  ) -> Answer {
    loads.append(key)
    let created = next()
    var tags = options.tags + load.tags
    let payload: Int?
    switch load.end {
    case .fails, .reportsFailure: return Answer(.failed)
    case .notModified:
      guard let stale else { return Answer(.failed) }
      tags += stale.tags
      payload = stale.value
    case .notFound: payload = nil
    case .value: payload = value
    }
    let fresh = now + (load.ttl ?? options.ttl ?? shape.ttl)
    let record = Record(
      value: payload, createdAt: created, fresh: fresh,
      usable: fresh + (load.maxStale ?? shape.maxStale), tags: tags, version: (0, created))
    if payload != nil, load.isStorable {
      fill(record, key, tiers: tiers.indices, options)
    }
    return Answer(load.end == .notModified ? .renewed : .loaded, payload)
  }

  private func lifetime(_ key: Int) -> Answer {
    for tier in tiers {
      guard let record = usable(tier.records[key]), now < record.fresh else { continue }
      return Answer(.hit(tier.name), record.value, remaining: record.fresh - now)
    }
    return Answer(.miss)
  }

  // MARK: Change

  private mutating func write(_ key: Int, _ options: WriteOptions, value: Int) -> Answer {
    let fresh = now + (options.ttl ?? shape.ttl)
    let created = next()
    var record = Record(
      value: value, createdAt: created, fresh: fresh, usable: fresh + shape.maxStale,
      tags: options.tags, version: (0, created))
    for index in tiers.indices.reversed() {
      guard !options.skipWriting.contains(tiers[index].name) else { continue }
      if options.isStorable { store(&record, key, index) } else { tiers[index].records[key] = nil }
    }
    return Answer(.done, value)
  }

  /// A touch prolongs what is fresh and revives nothing.
  private mutating func touch(_ key: Int, _ ttl: Int) {
    let now = now
    for (index, tier) in tiers.enumerated() {
      guard var record = usable(tier.records[key]), now < record.fresh else { continue }
      let staleTime = record.usable - record.fresh
      record.fresh = now + min(ttl, tier.ttl ?? ttl)
      record.usable = record.fresh + staleTime
      tiers[index].records[key] = record
    }
  }

  private mutating func expire(_ key: Int) {
    for (index, tier) in tiers.enumerated() {
      guard let record = usable(tier.records[key]) else { continue }
      tiers[index].records[key]?.fresh = min(record.fresh, now)
    }
  }

  /// Stores what was found or loaded further in, where that is not older than what lies there. A
  /// shared tier goes by its own order instead, and takes a fill only from who has read it.
  private mutating func fill(
    _ record: Record, _ key: Int, tiers range: Range<Int>, _ options: ReadOptions
  ) {
    var record = record
    for index in range.reversed() {
      let tier = tiers[index]
      if options.skipWriting.contains(tier.name) { continue }
      if tier.kind == .shared {
        if options.skipReading.contains(tier.name) { continue }
      } else if let known = tier.records[key], record.isOlder(than: known) {
        return
      }
      store(&record, key, index)
    }
  }

  /// Stores a record in a tier, with that tier's lifetimes and, in a shared one, its version.
  private mutating func store(_ record: inout Record, _ key: Int, _ index: Int) {
    let tier = tiers[index]
    if tier.kind == .shared { record.version = (index + 1, next()) }
    var kept = record
    if let ttl = tier.ttl { kept.fresh = min(kept.fresh, now + ttl) }
    if let most = tier.maxStale { kept.usable = min(kept.usable, kept.fresh + most) }
    kept.usable = max(kept.usable, kept.fresh)
    tiers[index].records[key] = kept
  }

  // MARK: Validity

  private func usable(_ record: Record?) -> Record? {
    guard let record, now < record.usable, record.createdAt > clearedAt else { return nil }
    let isInvalid = record.tags.contains { record.createdAt <= invalidatedAt[$0, default: 0] }
    return isInvalid ? nil : record
  }

  private mutating func next() -> Int {
    order += 1
    return order
  }
}

/// What became of one key, in the model's words.
struct Answer: Equatable, Sendable, CustomStringConvertible {
  enum Outcome: Equatable, Sendable {
    case hit(String)
    case stale(String)
    case loaded, renewed, miss, done, failed
    case other(String)
  }

  var outcome: Outcome
  var value: Int?
  var remaining: Int?

  init(_ outcome: Outcome, _ value: Int? = nil, remaining: Int? = nil) {
    (self.outcome, self.value, self.remaining) = (outcome, value, remaining)
  }

  var description: String {
    "\(outcome)\(value.map { " \($0)" } ?? "")\(remaining.map { " for \($0)s" } ?? "")"
  }
}
