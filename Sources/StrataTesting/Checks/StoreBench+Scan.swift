// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension StoreBench {
  /// What declares `.scan` lists every key that matches, and no other, page by page; what was there
  /// during the whole scan is listed though others come and go.
  func listsItsKeys() async throws {
    let isScanning = store is any ScanningStore
    expect(
      isScanning == capabilities.contains(.scan),
      "the capability scan and ScanningStore together",
      isScanning ? "ScanningStore without the capability" : "the capability alone")
    guard let scanning = store as? any ScanningStore else { return }
    let wanted = (0..<40).map { key("a\($0)") }
    for key in wanted { try await set(write(1, to: key)) }
    try await set(write(2, to: key("b1")))
    try await set(write(2, to: key("a1", in: "\(namespace)x")))
    for limit in [1, 7, 1000] {
      let found = try await all(in: scanning, limit)
      expect(
        Set(found) == Set(wanted), "the 40 keys that match, by pages of \(limit)",
        "\(Set(found).count) keys")
    }
    let gone = Set(wanted.prefix(5))
    let found = try await all(in: scanning, 3) { page in
      if page == 1 { _ = try await self.store.remove(Array(gone).batch) }
      try await self.set(self.write(3, to: self.key("a\(100 + page)")))
    }
    expect(
      Set(wanted).subtracting(gone).isSubset(of: Set(found)),
      "every key that was there all the while", "\(Set(found).count) keys")
    let after = try await all(in: scanning, 1000)
    expect(gone.isDisjoint(with: after), "no key that was removed", "\(gone.count) of them")
  }

  private func all(
    in store: any ScanningStore, _ limit: Int,
    between: (Int) async throws -> Void = { _ in }
  ) async throws -> [CacheKey] {
    var found: [CacheKey] = []
    var cursor: ScanCursor? = .start
    var pages = 0
    while let from = cursor, pages < 1000 {
      let page = try await store.scan(KeyPattern("\(namespace):a*"), from: from, limit: limit)
      found += page.keys
      cursor = page.next
      pages += 1
      try await between(pages)
    }
    expect(cursor == nil, "an end of the scan", "1000 pages")
    return found
  }
}
