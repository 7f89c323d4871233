// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore
import Strata

/// A value as services cache them.
struct User: Codable, Sendable {
  var id: Int
  var name: String
}

/// The memory store by itself: what somebody would write who has the store and no cache.
///
/// It makes the same key on the stack and compares the same time; it knows no plan, no epoch and
/// no stages.
struct BareStore {
  let store: MemoryStore
  let runtime: CacheRuntime
  let opening = Array("users:user:".utf8)

  init(keys: Int, runtime: CacheRuntime) async {
    store = MemoryStore(capacity: .entries(10_000), runtime: runtime)
    self.runtime = runtime
    for id in 0..<keys {
      let entry = Entry(
        payload: LivePayload(User(id: id, name: "user number \(id)")), createdAt: runtime.now,
        freshUntil: .distantFuture, usableUntil: .distantFuture,
        version: Version(issuer: 0, number: 1))
      _ = withKey(id) { key in
        store.put(
          StoreWrite(
            key: CacheKey(key), content: .entry(entry), expiresAt: .distantFuture,
            version: entry.version, lease: nil))
      }
    }
  }

  @inline(__always)
  func withKey<Result>(_ id: Int, _ body: (KeyView) -> Result) -> Result {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { scratch in
      var key = KeyBuilder(scratch: scratch)
      opening.withUnsafeBytes { key.append(encoded: $0) }
      key.append(integer: id)
      let bytes = key.bytes
      return body(KeyView(hash: KeyHash.hash(bytes, seed: runtime.hashSeed), bytes: bytes))
    }
  }

  @inline(__always)
  func find(_ id: Int) -> User? {
    withKey(id) { key in
      var user: User?
      let now = runtime.clock.coarseNow
      store.peek(key) { payload, attentionAt, _ in
        guard now < attentionAt, let payload else { return }
        payload._withUnsafeGuaranteedRef { user = $0.live(as: User.self) }
      }
      return user
    }
  }
}
