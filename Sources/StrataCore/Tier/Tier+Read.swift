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
    for case let finding in findings {
      if let answer = finding.answer { tally.note(answer, otherwise: finding.missReason) }
    }
  }

  // MARK: Lookup

  private func find(_ request: CacheRequest) async -> Batch<Finding> {
    if request.options.skipReading.contains(name, id.name) {
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
    guard let (entry, checked) = fast.lookup(key) else {
      return Finding(missReason: fast.missReason(for: key))
    }
    if checked != epoch {
      if context.ledger.isInvalidated(entry) { return Finding(missReason: .invalidated) }
      fast.confirm(key, version: entry.version, epoch: epoch)
    }
    return judge(entry, key, lease: nil, request)
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
    let keys = request.keys
    let leases = keys.mapEach { context.ledger.lease($0) }
    guard let reads = await attempt("get", for: .read, { try await store.get(keys) }),
      reads.count == keys.count
    else { return keys.mapEach { _ in Finding(missReason: .unavailable) } }
    var findings: [Finding] = []
    for (index, read) in reads.enumerated() {
      var finding = judge(read, keys[index], leases[index], request)
      finding.fillVersion = read.fillVersion
      findings.append(finding)
    }
    return keys.count == 1 ? .one(findings[0]) : .many(findings)
  }

  private func judge(
    _ read: StoreRead, _ key: CacheKey, _ lease: Lease, _ request: CacheRequest
  ) -> Finding {
    guard let content = read.content else { return Finding(missReason: read.missReason) }
    guard var entry = open(content, key, request) else { return Finding(missReason: .rejected) }
    if let version = read.version { entry.version = version }
    if context.ledger.isInvalidated(entry) { return Finding(missReason: .invalidated) }
    return judge(entry, key, lease: lease, request)
  }

  // MARK: Judgement

  /// Decides whether a stored entry answers, and holds it for the other stages where it does not.
  private func judge(
    _ entry: Entry, _ key: CacheKey, lease: Lease?, _ request: CacheRequest
  ) -> Finding {
    let now = context.runtime.now
    guard entry.isUsable(at: now) else { return Finding(missReason: .expired) }
    if let token = request.options.token, !token.permits(entry.version) {
      return Finding(missReason: .rejected)
    }
    if entry.isFresh(at: now), now < entry.attentionAt, answers(entry, request) {
      return Finding(
        answer: KeyReply(.hit(tier: name), entry: entry, lease: lease), missReason: .neverCached,
        known: entry)
    }
    request.hold(entry, for: key, from: name)
    return Finding(missReason: .expired, known: entry)
  }

  /// Whether a fresh entry may answer although a refresh is asked for.
  private func answers(_ entry: Entry, _ request: CacheRequest) -> Bool {
    guard request.options.refresh else { return true }
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
