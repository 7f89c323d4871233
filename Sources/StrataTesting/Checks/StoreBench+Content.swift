// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension StoreBench {
  /// Each key gets one answer, whether or not it is there, and however often it is asked for.
  func answersEachKey() async throws {
    for count in [0, 1, 5] {
      let keys = (0..<count).map { key($0) }
      let read = try await store.get(Batch(keys))
      expect(read.count == count, "\(count) answers to \(count) keys", "\(read.count)")
      for answer in read where answer.content != nil { add("misses in an empty store", "a hit") }
      let written = try await store.set(Batch(keys.map { write(1, to: $0) }))
      expect(written.count == count, "\(count) answers to \(count) writes", "\(written.count)")
      let removed = try await store.remove(Batch(keys))
      expect(removed.count == count, "\(count) answers to \(count) removals", "\(removed.count)")
    }
    try await set(write(1, to: key("a")))
    let twice = try await store.get([key("a"), key("b"), key("a")].batch)
    let found = zip(twice, [key("a"), key("b"), key("a")]).map { number(in: $0, $1) ?? 0 }
    expect(found == [1, 0, 1], "[1, 0, 1] for a key asked for twice", "\(found)")
  }

  /// What is stored comes back as it was, under any key, in any size.
  func keepsWhatItIsGiven() async throws {
    try await set(write(1, to: key("a")))
    try await expect(key("a"), holds: 1, "after it was stored")
    try await set(write(2, to: key("a")))
    try await expect(key("a"), holds: 2, "after it was stored over 1")
    let prefix = Array("\(namespace):".utf8)
    let odd: [[UInt8]] = [[], [0], [0, 0], [0xFF, 0xFE], Array(repeating: 65, count: 1024)]
    let keys = odd.map { CacheKey(bytes: prefix + $0, seed: runtime.hashSeed) }
    _ = try await store.set(Batch(keys.enumerated().map { write($0.offset, to: $0.element) }))
    for (index, key) in keys.enumerated() {
      try await expect(key, holds: index, "under a key of \(odd[index].count) odd bytes")
    }
    for size in [0, 1, 4096, 1 << 20] { try await keepsBytes(size) }
  }

  private func keepsBytes(_ size: Int) async throws {
    let coder = NumberCoder()
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let payload = EncodedPayload(bytes: bytes, codec: coder.codec, schema: coder.schema)
    let key = key("size-\(size)")
    let written = try await set(write(payload, to: key))
    let found = (self.payload(in: try await store.get(.one(key))[0], key) as? EncodedPayload)?.bytes
    switch written {
    case .stored: expect(found == bytes, "the \(size) bytes that were stored", "others")
    case .refused(let reason):
      expect(reason == .tooLarge, "\(size) bytes stored or refused as too large", "\(reason)")
      expect(found == nil, "nothing of \(size) bytes that were refused", "something")
    }
  }

  /// The n-th answer belongs to the n-th key.
  func keepsTheOrderOfABatch() async throws {
    let keys = (0..<12).map { key("k\($0)") }
    let stored = keys.enumerated().filter { $0.offset % 3 != 0 }
    let written = try await store.set(
      Batch(stored.map { write($0.offset, to: $0.element) }))
    for case .refused(let reason) in written { add("a batch of new keys stored", "\(reason)") }
    for order in [Array(0..<12), Array((0..<12).reversed()), [7, 0, 2, 9, 2, 11]] {
      let read = try await store.get(Batch(order.map { keys[$0] }))
      let found = zip(order, read).map { number(in: $0.1, keys[$0.0]) }
      let right = order.map { $0 % 3 == 0 ? nil : $0 }
      expect(found == right, "\(right) for keys \(order)", "\(found)")
    }
  }

  /// Nothing is returned at or after its time.
  func forgetsInTime() async throws {
    let start = runtime.now
    try await set(write(1, to: key("a"), for: .milliseconds(300)))
    try await set(write(2, to: key("b")))
    try await expect(key("a"), holds: 1, "before its time")
    try await set(write(3, to: key("late"), for: .milliseconds(-1)))
    try await expect(key("late"), holds: nil, "of what was stored after its time")
    try await runtime.clock.sleep(until: start + .milliseconds(400))
    try await expect(key("a"), holds: nil, "after its time")
    try await expect(key("b"), holds: 2, "while another has expired")
    try await set(write(4, to: key("a")))
    try await expect(key("a"), holds: 4, "stored anew after its time")
  }

  /// What was removed is gone, and may come again.
  func removes() async throws {
    for name in ["a", "b", "c"] { try await set(write(1, to: key(name))) }
    let versions = try await store.remove([key("a"), key("never"), key("b")].batch)
    for version in versions {
      expect(
        (version != nil) == issuesVersions,
        issuesVersions ? "a version for each removal" : "no version from a store without them",
        version.map { "\($0.number)" } ?? "none")
    }
    try await expect(key("a"), holds: nil, "after its removal")
    try await expect(key("b"), holds: nil, "after its removal")
    try await expect(key("c"), holds: 1, "after the removal of others")
    try await set(write(2, to: key("a")))
    try await expect(key("a"), holds: 2, "stored anew after its removal")
  }

  /// A namespace is cleared whole and alone.
  func clearsOneNamespace() async throws {
    let others = ["\(namespace)x", "x\(namespace)", String(namespace.dropLast())]
    for name in ["a", "b", "a:b"] { try await set(write(1, to: key(name))) }
    for other in others { try await set(write(2, to: key("a", in: other))) }
    try await store.clear(namespace)
    for name in ["a", "b", "a:b"] {
      try await expect(key(name), holds: nil, "in a namespace that was cleared")
    }
    for other in others {
      try await expect(key("a", in: other), holds: 2, "in a namespace of a similar name")
    }
    try await set(write(3, to: key("a")))
    try await expect(key("a"), holds: 3, "stored anew in a namespace that was cleared")
    _ = try await store.remove(Batch(others.map { key("a", in: $0) }))
  }
}

extension Array where Element == CacheKey {
  var batch: Batch<CacheKey> { Batch(self) }
}
