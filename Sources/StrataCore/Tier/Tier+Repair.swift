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
    let drawn = Int64(context.runtime.random.below(2 * half))
    let time = context.runtime.now.advanced(byNanoseconds: Int64(half) + drawn)
    _ = context.runtime.clock.schedule(at: time) {
      let isStarted = context.background.start("repair") { await repair() }
      // Whoever reads next finds the debt and schedules it again.
      if !isStarted { _ = arrears.end(failed: true) }
    }
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

  private func pay(_ account: Arrears.Account) async -> Bool {
    let namespace = context.policy.namespace
    if account.isEverything {
      guard await attempt("clear", { try await store.clear(namespace) }) != nil else {
        return false
      }
      arrears.pay(everything: true, upTo: account.number)
    }
    for start in stride(from: 0, to: account.keys.count, by: 256) {
      let keys = Array(account.keys[start..<min(start + 256, account.keys.count)])
      let batch = Batch(keys)
      guard await attempt("remove", { try await store.remove(batch) }) != nil else { return false }
      arrears.pay(keys: keys, upTo: account.number)
    }
    if account.tags.isEmpty { return true }
    guard await mark(account.tags) != nil else { return false }
    arrears.pay(tags: account.tags, upTo: account.number)
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
    guard let versions = await attempt("mark", { try await marking.versions(of: marks) }),
      versions.count == sorted.count
    else { return nil }
    var known: [Tag: Version] = [:]
    for (tag, version) in zip(sorted, versions) { known[tag] = version }
    return known
  }
}
