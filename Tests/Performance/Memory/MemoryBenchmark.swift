// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BenchmarkKit
import Foundation
import MemoryStore
import StrataCore
import StrataSystem

/// What is measured: one cache and how to read and write the n-th key.
protocol Subject: Sendable {
  func get(_ key: Int) -> Bool
  func put(_ key: Int)
}

/// The keys `key:00000000` and on, made beforehand, with one value of 64 bytes each.
final class Keys: @unchecked Sendable {
  // Sendable: never changed after init.
  let texts: [String]
  let values: [Payload]
  /// The bytes of all keys, 16 apart: as near at hand as a key that was just built on the stack.
  let packed: UnsafeMutableRawPointer
  init(_ count: Int) {
    texts = (0..<count).map { String(format: "key:%08d", $0) }
    packed = .allocate(byteCount: count * 16, alignment: 16)
    for (index, text) in texts.enumerated() {
      let slot = UnsafeMutableRawBufferPointer(start: packed + index * 16, count: 16)
      slot.copyBytes(from: text.utf8.prefix(16))
    }
    values = (0..<count).map { LivePayload((UInt64($0), 1, 2, 3, 4, 5, 6, 7) as Value64) }
  }
}

typealias Value64 = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

struct StrataSubject: Subject {
  let store: MemoryStore
  let keys: Keys
  let seed: UInt64

  @inline(__always)
  func get(_ key: Int) -> Bool {
    var isHit = false
    let bytes = UnsafeRawBufferPointer(start: keys.packed + key * 16, count: 12)
    store.peek(KeyView(hash: KeyHash.hash(bytes, seed: seed), bytes: bytes)) { payload, at, _ in
      guard at > Timestamp(nanoseconds: 5), let payload else { return }
      payload._withUnsafeGuaranteedRef {
        if let value = $0.live(as: Value64.self) { isHit = value.1 == 1 }
      }
    }
    return isHit
  }

  /// Key and value are made here, as they are in a service: a loaded value was just allocated.
  func put(_ key: Int) {
    let time = Timestamp(nanoseconds: 256)
    let value = (UInt64(key), 1, 2, 3, 4, 5, 6, 7) as Value64
    let entry = Entry(
      payload: LivePayload(value), createdAt: time, freshUntil: .distantFuture,
      usableUntil: .distantFuture, version: Version(issuer: 0, number: 1))
    let bytes = UnsafeRawBufferPointer(start: keys.packed + key * 16, count: 12)
    let owned = CacheKey(KeyView(hash: KeyHash.hash(bytes, seed: seed), bytes: bytes))
    _ = store.put(
      StoreWrite(
        key: owned, content: .entry(entry), expiresAt: .distantFuture,
        version: entry.version, lease: nil))
  }
}

/// A dictionary behind one lock, unbounded: a floor for simplicity, not for memory.
final class DictionarySubject: Subject, @unchecked Sendable {
  // Sendable: the dictionary is reached only under the lock.
  private let lock = NSLock()
  private var values: [String: Payload] = [:]
  private let keys: Keys
  init(_ keys: Keys) { self.keys = keys }
  func get(_ key: Int) -> Bool { lock.withLock { values[keys.texts[key]] != nil } }
  func put(_ key: Int) { lock.withLock { values[keys.texts[key]] = keys.values[key] } }
}

/// Zipf-distributed key numbers, made beforehand.
func zipf(_ keys: Int, _ count: Int, seed: UInt64) -> [Int32] {
  var generator = WorkloadGenerator(seed: seed)
  return generator.zipf(keys: keys, exponent: 0.99, count: count).map { Int32($0) }
}

/// Nanoseconds of processor time, which other load on the machine disturbs less than the wall's.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Nanoseconds of processor time per operation: the least of three runs.
func measure(_ threads: Int, _ operations: Int, _ body: @escaping @Sendable (Int) -> Void) -> Double
{
  let runs = (0..<3).map { _ in
    let start = processorTime()
    DispatchQueue.concurrentPerform(iterations: threads) { body($0) }
    return (processorTime() - start) / Double(operations * threads)
  }
  return runs.min() ?? 0
}

@inline(never) func residentBytes() -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
  return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * 4096
}

@main
struct MemoryBenchmark {
  static let runtime = CacheRuntime.live(disk: false)
  static let operations = 1_000_000

  let benchmarks = BenchmarkRun()

  static func main() { MemoryBenchmark().run() }

  func run() {
    let groups = ["hit", "mixed", "put", "bytes-per-entry", "growth"]
    guard groups.contains(where: { benchmarks.wants("memory/\($0)") }) else { return }
    let keys = Keys(1_000_000)
    let hot = (0..<2).map { zipf(50_000, Self.operations, seed: UInt64($0 + 1)) }
    let wide = (0..<2).map { zipf(1_000_000, Self.operations, seed: UInt64($0 + 5)) }
    for policy in ["adaptive", "lru"] {
      let make = {
        StrataSubject(
          store: MemoryStore(capacity: .entries(100_000), policy: policy, runtime: Self.runtime),
          keys: keys, seed: Self.runtime.hashSeed)
      }
      run(policy, make(), make(), hot, wide)
    }
    run("dictionary+lock", DictionarySubject(keys), DictionarySubject(keys), hot, wide)
    bytesPerEntry(keys)
    growth(keys)
  }

  func run(
    _ subject: String, _ small: any Subject, _ large: any Subject, _ hot: [[Int32]],
    _ wide: [[Int32]]
  ) {
    for key in 0..<50_000 { small.put(key) }
    for threads in [1, 2] {
      record("memory/hit/threads=\(threads)/\(subject)") {
        measure(threads, Self.operations) { thread in
          var hits = 0
          for key in hot[thread] where small.get(Int(key)) { hits += 1 }
          precondition(hits > Self.operations - 1000, "only \(hits) hits")
        }
      }
    }
    for threads in [1, 2] {
      record("memory/mixed/threads=\(threads)/\(subject)") {
        measure(threads, Self.operations) { thread in
          for key in wide[thread] where !large.get(Int(key)) { large.put(Int(key)) }
        }
      }
    }
    record("memory/mixed/hit-ratio/\(subject)", .percent) {
      let hits = wide[0].reduce(0) { sum, key in
        if large.get(Int(key)) { return sum + 1 }
        large.put(Int(key))
        return sum
      }
      return 100 * Double(hits) / Double(Self.operations)
    }
    for threads in [1, 2] {
      record("memory/put/threads=\(threads)/\(subject)") {
        measure(threads, Self.operations) { thread in
          for key in wide[thread] { large.put(Int(key)) }
        }
      }
    }
  }

  /// Key of 12 and value of 64 bytes included.
  func bytesPerEntry(_ keys: Keys) {
    for entries in [100_000, 1_000_000] {
      record("memory/bytes-per-entry/\(entries)", .bytes) {
        let before = residentBytes()
        let subject = filled(entries, keys)
        let bytes = residentBytes() - before
        return Double(bytes) / Double(max(1, subject.store.count))
      }
    }
  }

  func growth(_ keys: Keys) {
    for entries in [10_000, 100_000, 1_000_000] {
      record("memory/growth/\(entries)") {
        let subject = filled(entries, keys)
        let order = zipf(entries, Self.operations, seed: 3)
        return measure(1, Self.operations) { _ in
          for key in order { _ = subject.get(Int(key)) }
        }
      }
    }
  }

  private func filled(_ entries: Int, _ keys: Keys) -> StrataSubject {
    let store = MemoryStore(capacity: .entries(entries), runtime: Self.runtime)
    let subject = StrataSubject(store: store, keys: keys, seed: Self.runtime.hashSeed)
    for key in 0..<entries { subject.put(key) }
    return subject
  }

  private func record(
    _ name: String, _ unit: BenchmarkUnit = .nanoseconds, _ measured: () -> Double
  ) {
    if benchmarks.wants(name) { benchmarks.record(name, measured(), unit) }
  }
}
