// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension StoreBench {
  /// An older version of one issuer never replaces a newer one.
  func neverGoesBack() async throws {
    if issuesVersions { return }
    let versions = (1...3).map { Version(issuer: 0, number: UInt64($0) * 1000) }
    let key = key("a")
    try await set(write(2, to: key, version: versions[1]))
    let older = try await set(write(1, to: key, version: versions[0]))
    expect(older == .refused(.older), "an older version refused as older", "\(older)")
    try await expect(key, holds: 2, "after an older version was refused")
    let same = try await set(write(22, to: key, version: versions[1]))
    expect(same == .stored(versions[1]), "the same version stored again", "\(same)")
    try await expect(key, holds: 22, "after the same version was stored again")
    let newer = try await set(write(3, to: key, version: versions[2]))
    expect(newer == .stored(versions[2]), "a newer version stored", "\(newer)")
    let batch = Batch([
      write(4, to: key, version: versions[0]),
      write(5, to: self.key("b"), version: versions[0]),
    ])
    _ = try await store.set(batch)
    try await expect(key, holds: 3, "after an older version came in a batch")
    try await expect(self.key("b"), holds: 5, "stored beside a refused one")
  }

  /// A store with `.versions` issues them in order and takes fills only while nothing has changed.
  func ordersItsWriters() async throws {
    guard issuesVersions else { return }
    let key = key("a")
    let first = try await stored(write(1, to: key))
    let second = try await stored(write(2, to: key))
    expect(first.isOlder(than: second), "a later write to have a newer version", "it has not")
    let read = try await store.get(.one(key))[0]
    expect(read.version == second, "a hit to carry its version", "another, or none")
    guard let fill = read.fillVersion else { return add("a fill version with a hit", "none") }
    let rewritten = try await set(write(22, to: key, version: second))
    expect(rewritten == .stored(second), "its own version taken again", "\(rewritten)")
    let third = try await stored(write(3, to: key))
    expect(fill.isOlder(than: third), "a write after the read to be newer than its fill", "older")
    try await refuses(4, to: key, version: fill, "a fill after a write")
    try await expect(key, holds: 3, "after a late fill was refused")
    try await ordersRemovals(key)
  }

  private func ordersRemovals(_ key: CacheKey) async throws {
    let before = try await store.get(.one(key))[0].fillVersion
    let removal = try await store.remove(.one(key))[0]
    if let before { try await refuses(5, to: key, version: before, "a fill after a removal") }
    try await expect(key, holds: nil, "after a fill was refused because of a removal")
    let miss = try await store.get(.one(key))[0]
    guard let fill = miss.fillVersion else { return add("a fill version with a miss", "none") }
    if let removal, !removal.isOlder(than: fill) {
      add("a fill version after a removal to be newer than it", "it is not")
    }
    let filled = try await set(write(6, to: key, version: fill))
    expect(filled == .stored(fill), "a fill stored that nothing came between", "\(filled)")
    try await expect(key, holds: 6, "after a fill")
    let never = try await store.get(.one(self.key("never")))[0]
    expect(never.fillVersion != nil, "a fill version for a key that never was", "none")
    guard let early = never.fillVersion else { return }
    try await store.clear(namespace)
    try await refuses(7, to: self.key("never"), version: early, "a fill after a clear")
  }

  private func stored(_ write: StoreWrite) async throws -> Version {
    let written = try await set(write)
    if case .stored(let version) = written { return version }
    add("a caller's own write stored", "\(written)")
    return .none
  }

  private func refuses(
    _ number: Int, to key: CacheKey, version: Version, _ what: String
  ) async throws {
    let written = try await set(write(number, to: key, version: version))
    expect(written == .refused(.older), "\(what) refused as older", "\(written)")
  }

  /// A write whose lease was revoked is refused and changes nothing.
  func heedsLeases() async throws {
    let revocations: [(name: String, revoke: @Sendable (CacheKey) -> Void)] = [
      ("by key", { self.ledger.revoke($0) }),
      ("by tag", { _ in self.ledger.invalidate(["red"]) }),
      ("by clear", { _ in self.ledger.clear() }),
    ]
    for (index, revocation) in revocations.enumerated() {
      let key = key("k\(index)")
      try await set(write(1, to: key))
      let lease = ledger.lease(key)
      let version = try await fillVersion(key)
      revocation.revoke(key)
      let tags: [Tag] = index == 1 ? ["red"] : []
      let written = try await set(
        write(2, to: key, version: version, lease: lease, tags: tags))
      expect(
        written == .refused(.leaseRevoked), "a lease revoked \(revocation.name) to be refused",
        "\(written)")
      try await expect(key, holds: 1, "after a lease revoked \(revocation.name)")
      let fresh = ledger.lease(key)
      let again = try await fillVersion(key)
      let allowed = try await set(write(3, to: key, version: again, lease: fresh, tags: tags))
      if case .refused(let reason) = allowed { add("a write under a good lease", "\(reason)") }
      try await expect(key, holds: 3, "after a write under a good lease")
    }
  }

  private func fillVersion(_ key: CacheKey) async throws -> Version? {
    issuesVersions ? try await store.get(.one(key))[0].fillVersion : nil
  }
}
