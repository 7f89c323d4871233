// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Tier {
  /// What the tier found for one key, before it is decided who answers.
  struct Finding: Sendable {
    /// The tier's own answer, where it is good enough.
    var answer: KeyReply?
    /// Why it is not there, otherwise.
    var missReason: MissReason
    /// The version under which the store will take a fill.
    var fillVersion: Version?
    /// What is stored and was not good enough.
    var known: Entry?
  }

  func read(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    let findings = await find(request)
    note(findings, request)
    if case .one(let finding) = findings, let answer = finding.answer { return CacheReply(answer) }
    let missing = findings.indices.filter { findings[$0].answer == nil }
    if missing.isEmpty {
      return CacheReply(findings.mapEach { $0.answer ?? KeyReply(.miss($0.missReason)) })
    }
    let isWhole = missing.count == findings.count
    var inner = isWhole ? request : request.narrowed(to: missing)
    if let fast, mayRecheck(request) { inner.recheck = recheck(fast, request) }
    var found = try await next(inner).results
    for (index, position) in missing.enumerated() {
      explainMiss(&found[index], findings[position].missReason)
      if !request.isBehind {
        tally.note(found[index], otherwise: findings[position].missReason)
      }
    }
    let filled = await fill(found, inner, missing.map { findings[$0] })
    if isWhole { return CacheReply(filled) }
    var results = findings.map { $0.answer ?? KeyReply(.miss($0.missReason)) }
    for (index, position) in missing.enumerated() { results[position] = filled[index] }
    return CacheReply(.many(results))
  }

  /// A miss is explained by whoever knows most: "expired here" says more than "never cached there".
  private func explainMiss(_ reply: inout KeyReply, _ own: MissReason) {
    if case .hit = reply.outcome { return }
    if reply.missReason.map({ $0 == .neverCached }) ?? true { reply.missReason = own }
    if case .miss(.neverCached) = reply.outcome { reply.outcome = .miss(own) }
  }

  /// Counts the answers of this tier; what the others become is known on the way back.
  private func note(_ findings: Batch<Finding>, _ request: CacheRequest) {
    if request.isBehind { return }
    for finding in findings {
      if let answer = finding.answer { tally.note(answer, otherwise: finding.missReason) }
    }
  }

  // MARK: Lookup

  private func find(_ request: CacheRequest) async -> Batch<Finding> {
    if request.options.skipReading.contains(name, id.name) {
      return request.keys.mapEach { _ in Finding(missReason: .unavailable) }
    }
    if !arrears.isEmpty, request.keys.allSatisfy(arrears.holds) {
      scheduleRepair()
      return request.keys.mapEach { _ in Finding(missReason: .unavailable) }
    }
    if let fast { return request.keys.mapEach { lookup($0, in: fast, request) } }
    // A fresh entry is held further out: asking a slower store could only repeat it.
    if !request.options.refresh, request.keys.allSatisfy({ isHeldFresh($0, request) }) {
      return request.keys.mapEach { _ in Finding(missReason: .unavailable) }
    }
    return await fetch(request)
  }

  private func isHeldFresh(_ key: CacheKey, _ request: CacheRequest) -> Bool {
    request.held(for: key)?.entry.isFresh(at: context.runtime.now) ?? false
  }

  private func lookup(
    _ key: CacheKey, in fast: any FastStore, _ request: CacheRequest
  ) -> Finding {
    let epoch = context.ledger.epoch
    guard let (entry, checked) = thawed(fast.lookup(key), key, request) else {
      return Finding(missReason: fast.missReason(for: key))
    }
    if arrears.holds(key) { return Finding(missReason: .invalidated) }
    if checked != epoch {
      if context.ledger.isInvalidated(entry, checkedIn: checked) {
        return Finding(missReason: .invalidated)
      }
      if context.ledger.isDoubted(checkedIn: checked) { return doubted(entry, key, request, epoch) }
      fast.confirm(key, version: entry.version, epoch: epoch)
    }
    return judge(entry, key, lease: nil, request, epoch)
  }

  /// What lies here may be outdated: it is stale, and whatever comes back is stored over it.
  private func doubted(
    _ entry: Entry, _ key: CacheKey, _ request: CacheRequest, _ epoch: UInt64
  ) -> Finding {
    let stale = entry.expired(at: context.runtime.now)
    var finding = judge(stale, key, lease: nil, request, epoch)
    finding.known = nil
    return finding
  }

  /// A tier that the call leaves out, or looks past, must not answer by the back door either.
  private func mayRecheck(_ request: CacheRequest) -> Bool {
    !request.options.refresh && !request.options.skipReading.contains(name, id.name)
  }

  private func recheck(
    _ fast: any FastStore, _ request: CacheRequest
  ) -> @Sendable (CacheKey) -> KeyReply? {
    { key in lookup(key, in: fast, request).answer ?? request.recheck?(key) }
  }

  private func fetch(_ request: CacheRequest) async -> Batch<Finding> {
    let epoch = context.ledger.epoch
    let leases = request.keys.mapEach { context.ledger.lease($0) }
    guard let contents = await contents(of: request) else {
      return request.keys.mapEach { _ in Finding(missReason: .unavailable) }
    }
    var findings: [Finding] = []
    for (index, content) in contents.enumerated() {
      let key = request.keys[index]
      // Looked at after the read: a change may have failed meanwhile.
      if arrears.holds(key) || content.entry.map({ arrears.holds($0.tags) }) ?? false {
        findings.append(Finding(missReason: .unavailable))
        continue
      }
      var finding = judge(content, key, leases[index], request, epoch)
      finding.fillVersion = content.fillVersion
      if let fill = content.fillVersion { request.passage.noteFill(fill, for: key, by: name) }
      findings.append(finding)
    }
    return findings.count == 1 ? .one(findings[0]) : .many(findings)
  }

  /// What the store has for a key, opened and in this process's time.
  struct Content: Sendable {
    var entry: Entry?
    /// Why there is no entry.
    var missReason = MissReason.neverCached
    /// The version of what is stored, whether or not it could be opened.
    var version: Version?
    var fillVersion: Version?
    var isStored: Bool
  }

  /// Asks the store; `nil` where it does not answer.
  func contents(of request: CacheRequest) async -> [Content]? {
    let keys = request.keys
    let before = context.runtime.now
    guard let reads = await attempt("get", for: .read, { try await store.get(keys) }),
      reads.count == keys.count
    else { return nil }
    var contents = zip(keys, reads).map { content($0, $1, request, askedAt: before) }
    // The marks are read after the entries: what was invalidated before this is marked by now.
    let tags = Set(contents.flatMap { $0.entry?.tags ?? [] })
    guard let marks = await marks(of: tags) else { return nil }
    for (index, content) in contents.enumerated() {
      guard let entry = content.entry, isInvalidated(entry, marks) else { continue }
      (contents[index].entry, contents[index].missReason) = (nil, .invalidated)
    }
    return contents
  }

  private func content(
    _ key: CacheKey, _ read: StoreRead, _ request: CacheRequest, askedAt before: Timestamp
  ) -> Content {
    guard let stored = read.content else {
      return Content(
        missReason: read.missReason, fillVersion: read.fillVersion, isStored: false)
    }
    var content = Content(version: read.version, fillVersion: read.fillVersion, isStored: true)
    guard var entry = open(stored, key, request) else {
      content.missReason = .rejected
      return content
    }
    if let version = read.version { entry.version = version }
    if let remaining = read.remaining { entry.move(toEndAt: before + remaining) }
    content.entry = entry
    return content
  }

  /// A store that remembers tags knows better than this process, which may be younger than the
  /// invalidation, and whose time is not that of the node that made the entry.
  private func isInvalidated(_ entry: Entry, _ marks: [Tag: Version]) -> Bool {
    guard marking != nil else { return context.ledger.isInvalidated(entry) }
    if context.ledger.isInvalidated(createdAt: entry.createdAt, tags: []) { return true }
    return entry.tags.contains { tag in
      marks[tag].map { !$0.isOlder(than: entry.version) } ?? false
    }
  }

  private func judge(
    _ content: Content, _ key: CacheKey, _ lease: Lease, _ request: CacheRequest, _ epoch: UInt64
  ) -> Finding {
    guard let entry = content.entry else { return Finding(missReason: content.missReason) }
    if !isShared, context.ledger.isDoubted(createdAt: entry.createdAt) {
      return doubted(entry, key, request, epoch)
    }
    return judge(entry, key, lease: lease, request, epoch)
  }

  // MARK: Judgement

  /// Decides whether a stored entry answers, and holds it for the other stages where it does not.
  private func judge(
    _ entry: Entry, _ key: CacheKey, lease: Lease?, _ request: CacheRequest, _ epoch: UInt64
  ) -> Finding {
    let now = context.runtime.now
    guard entry.isUsable(at: now) else { return Finding(missReason: .expired) }
    if let token = request.options.token, !token.permits(entry.version, in: context.ledger) {
      return Finding(missReason: .rejected)
    }
    if entry.isFresh(at: now), now < entry.attentionAt, answers(entry, key, request) {
      return Finding(
        answer: KeyReply(.hit(tier: name), entry: entry, lease: lease), missReason: .neverCached,
        known: entry)
    }
    request.hold(entry, for: key, from: name, checkedIn: epoch)
    return Finding(missReason: .expired, known: entry)
  }

  /// Whether a fresh entry may answer although a refresh is asked for.
  private func answers(_ entry: Entry, _ key: CacheKey, _ request: CacheRequest) -> Bool {
    guard request.options.refresh else { return true }
    // The entry that is to be refreshed is no news, though its time may look later from here.
    if let held = request.held(for: key), held.entry.version == entry.version { return false }
    return request.acceptsNewerThan.map { entry.createdAt > $0 } ?? false
  }

  /// How long the keys remain fresh: answered by the first tier that has them.
  func lifetime(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    let findings = await find(request)
    let now = context.runtime.now
    let inner = try await next(request)
    var results = inner.results
    for (index, finding) in findings.enumerated() {
      guard let entry = finding.answer?.entry ?? finding.known, entry.isFresh(at: now) else {
        continue
      }
      results[index] = KeyReply(.hit(tier: name), entry: entry)
      results[index].remaining = entry.freshUntil - now
    }
    return CacheReply(results)
  }
}
