// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Tier {
  /// Notes changes that the store did not carry out: until it has, the tier refuses what they are
  /// about, and tries again behind.
  func owe(keys: some Sequence<CacheKey> = [], tags: [Tag] = [], everything: Bool = false) {
    let isFirst = arrears.add(keys: keys, tags: tags, everything: everything)
    // The fast road knows no debts: every entry takes the full one once more.
    if fast != nil { context.ledger.distrust() }
    if isFirst { context.report(.warning, "store change owed", source: name) }
    scheduleRepair()
  }

  /// Tries to pay after a pause that doubles with each failure, from 100 ms to 10 s, give or take
  /// half, so that nodes do not come together.
  func scheduleRepair() {
    guard let pause = arrears.schedule() else { return }
    let half = UInt64(max(0, pause.saturatingNanoseconds / 2))
    let drawn = half + context.runtime.random.below(2 * half)
    let isWaiting = context.background.start("repair", after: .nanoseconds(drawn)) {
      await repair()
    }
    // Whoever reads next finds the debt and schedules it again.
    if !isWaiting { _ = arrears.end(failed: true) }
  }

  private func repair() async {
    let account = arrears.begin()
    let isPaid = await pay(account)
    if arrears.end(failed: !isPaid) {
      context.report(.info, "store change made up for", source: name)
    } else {
      scheduleRepair()
    }
  }

  /// Makes up for what is owed by changes that pass the whole pipeline, so that every tier further
  /// out and every other node is told as well: either may have taken the old value meanwhile.
  private func pay(_ account: Arrears.Account) async -> Bool {
    var changes: [CacheRequest] = []
    if account.isEverything { changes.append(CacheRequest(.clear, keys: .many([]))) }
    for start in stride(from: 0, to: account.keys.count, by: 256) {
      let keys = account.keys[start..<min(start + 256, account.keys.count)]
      changes.append(CacheRequest(.remove, keys: Batch(keys)))
    }
    if !account.tags.isEmpty {
      changes.append(CacheRequest(.invalidate(account.tags), keys: .many([])))
    }
    for change in changes {
      guard (try? await context.reenter(change)) != nil else { return false }
      if arrears.number != account.number { return false }
    }
    return true
  }

  // MARK: Marks

  /// How long the store remembers the invalidation of a tag; no entry is kept for longer.
  var markLifetime: Duration {
    max(.seconds(86_400), (context.policy.ttl + context.policy.maxStale) * 2)
  }

  /// Marks tags as invalidated for all nodes; `nil` where that failed.
  func mark(_ tags: [Tag]) async -> Version? {
    guard let marking else { return nil }
    let marks = tags.map { InvalidationMark(namespace: context.policy.namespace, tag: $0) }
    let lifetime = markLifetime
    return await attempt("mark") { try await marking.mark(marks, for: lifetime) }
  }

  /// The versions of the marks of all these tags; `nil` where the store does not say.
  func marks(of tags: Set<Tag>) async -> [Tag: Version]? {
    guard let marking, !tags.isEmpty else { return [:] }
    let sorted = tags.sorted { $0.name < $1.name }
    let marks = sorted.map { InvalidationMark(namespace: context.policy.namespace, tag: $0) }
    guard
      let versions = await attempt("mark", for: .read, { try await marking.versions(of: marks) }),
      versions.count == sorted.count
    else { return nil }
    var known: [Tag: Version] = [:]
    for (tag, version) in zip(sorted, versions) { known[tag] = version }
    return known
  }
}
